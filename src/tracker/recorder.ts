import { ACTION_TYPES, type Action, type ActionType, type UtmParameters } from '../contract/customer-action'
import { corrected, readId, writeEvent, type NewAction } from './event'
import type { createIdentity } from './identity'
import type { createJournal } from './journal'
import type { Options, Settings } from './options'
import type { Log, Tell } from './browser/console'

/** What a page may say about an action, as it came. */
export type GivenDetails = Readonly<Partial<Record<'interactionId' | 'customerId' | 'subscriptionContractId', unknown>>>

/** One call with its moment and its address, since it may have to wait: for options, for permission, for a prerendered page to be shown. */
export type Call = [
  /** `''` is no call of the page: it only brings an address to look at. */
  name: '' | 'track' | 'update' | 'identify' | 'reset' | 'consent',
  subject: unknown,
  details: GivenDetails,
  /** Unix milliseconds. */
  time: number,
  href: string,
  /** What `track` has returned. */
  id: string,
]

/** A call as the stub takes it down. */
export type EarlyCall = Call | ['init', options: Partial<Options>]

type Parts = readonly [
  settings: Settings,
  voice: readonly [Tell, Log],
  identity: ReturnType<typeof createIdentity>,
  journal: ReturnType<typeof createJournal>,
]

/** What the calls of a page do once they may: each becomes an event, and is taken down for later corrections. */
export const createRecorder = (
  [settings, [tell, log], identity, journal]: Parts,
  campaign: () => UtmParameters | undefined,
  send: (action: Action, event: string) => void,
) => {
  /** What is no id is a mistake in the page, and left out. */
  const check = (name: string, value: unknown) => {
    const id = readId(value)
    if (!id && value !== undefined) tell(name, value, 'left out, give an id')
    return id
  }

  const record = (action: Action | NewAction, details: GivenDetails) => {
    check('interactionId', details.interactionId)
    const complete = corrected(action, {
      customerId:
        check('customerId', details.customerId) ??
        action.customerId ??
        check('customerId', settings.customerId) ??
        identity.current(),
      subscriptionContractId: check('subscriptionContractId', details.subscriptionContractId),
    })
    const event = writeEvent(complete)
    send(complete, event)
    journal.write(action.interactionId, event)
  }

  /** Gives what the visitor did on this origin to the customer whom the visitor turned out to be. */
  const correctVisitor = () => {
    const [visitor, customerId] = identity.read()
    for (const action of journal.all()) if (customerId && action.customerId === visitor) record(action, { customerId })
  }

  return {
    '': correctVisitor,

    consent: correctVisitor,

    reset() {
      identity.forget()
      journal.forget()
    },

    track([, subject, details, time, , interactionId]: Call) {
      const type = subject as ActionType
      const known = journal.read(interactionId)?.interaction.type
      if (!ACTION_TYPES.includes(type)) tell('action', type, `not sent, give ${ACTION_TYPES.join(', ')}`)
      else if (known && known !== type) tell('interactionId', interactionId, `not sent, it is a ${known}, give another`)
      else if (known) log(interactionId, 'recorded already')
      else {
        record(
          {
            interactionId,
            // Keeps its place among the keys: events then read as the contract's example does.
            customerId: undefined,
            interaction: { type },
            utmParameters: settings.utmTypes.includes(type) ? campaign() : undefined,
            createdAt: new Date(time).toISOString(),
          },
          details,
        )
      }
    },

    update([, interactionId, details]: Call) {
      const action = journal.read(String(interactionId))
      if (action) record(action, details)
      else tell('interactionId', interactionId, 'unknown, give one that was recorded here')
    },

    identify([, customerId]: Call) {
      const id = check('identify', customerId ?? '')
      if (id) identity.identify(id)
      correctVisitor()
    },
  }
}
