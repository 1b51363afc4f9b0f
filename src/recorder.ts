import type { UtmParameters } from './campaign'
import { ACTION_TYPES, corrected, readId, writeEvent, type ActionType, type Correction, type CustomerAction } from './customer-action'
import type { createIdentity } from './identity'
import type { createJournal } from './journal'
import type { Settings, Tell } from './options'

type Parts = {
  readonly settings: Settings
  readonly identity: ReturnType<typeof createIdentity>
  readonly journal: ReturnType<typeof createJournal>
  readonly currentCampaign: () => UtmParameters | undefined
  readonly send: (action: CustomerAction, event: string) => void
}

/** What a page may say about an action, as it came. */
export type GivenDetails = { readonly interactionId?: unknown; readonly customerId?: unknown; readonly subscriptionContractId?: unknown }

/** What the calls of a page do once they may: each becomes an event, and is taken down for later corrections. */
export const createRecorder = ({ settings, identity, journal, currentCampaign, send }: Parts, tell: Tell) => {
  const readDetails = (given: GivenDetails): Correction => {
    for (const [name, value] of Object.entries(given)) if (value !== undefined && !readId(value)) tell(name, value, 'left out, give an id')
    return { customerId: readId(given.customerId), subscriptionContractId: readId(given.subscriptionContractId) }
  }

  const record = (action: CustomerAction) => {
    const event = writeEvent(action)
    send(action, event)
    journal.write(action, event)
  }

  /** Gives what the visitor did on this origin to the customer whom the visitor turned out to be. */
  const correctVisitor = () => {
    const { visitor, customer } = identity.read()
    if (customer) for (const action of journal.all()) if (action.customerId === visitor) record(corrected(action, { customerId: customer }))
  }

  return {
    correctVisitor,

    track(type: ActionType, details: GivenDetails, [time, id]: readonly [time: number, id: string]) {
      const known = journal.read(id)?.interaction.type
      if (!ACTION_TYPES.includes(type)) tell('action', type, `not sent, give ${ACTION_TYPES.join(', ')}`)
      else if (!known) {
        const { customerId, subscriptionContractId } = readDetails(details)
        const createdAt = new Date(time).toISOString()
        record({
          interactionId: id,
          customerId: customerId ?? settings.customerId ?? identity.current(),
          interaction: { type, subscriptionContractId },
          utmParameters: settings.utmTypes.includes(type) ? currentCampaign() : undefined,
          createdAt,
          updatedAt: createdAt,
        })
      } else if (known !== type) tell('interactionId', id, `not sent, it is a ${known}, give another`)
    },

    update(interactionId: unknown, details: GivenDetails) {
      const action = journal.read(String(interactionId))
      if (action) record(corrected(action, readDetails(details)))
      else tell('interactionId', interactionId, 'not updated, give one that was recorded here')
    },

    identify(customerId: unknown) {
      const id = readId(customerId)
      if (!id) tell('customerId', customerId, 'ignored, give an id')
      else {
        identity.identify(id)
        correctVisitor()
      }
    },
  }
}
