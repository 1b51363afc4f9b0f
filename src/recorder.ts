import type { UtmParameters } from './campaign'
import { ACTION_TYPES, corrected, readId, type ActionType, type CustomerAction } from './customer-action'
import type { createIdentity } from './identity'
import type { createJournal } from './journal'
import type { Settings } from './options'
import type { Call } from './tracker'

/** How wasabi speaks to whoever looks at the console: a mistake always and once, the log in debug only. */
export type Voice = { readonly tell: (mistake: string) => void; readonly log: (...what: readonly unknown[]) => void }

type Parts = {
  readonly settings: Pick<Settings, 'customerId' | 'utmTypes'>
  readonly identity: ReturnType<typeof createIdentity>
  readonly journal: ReturnType<typeof createJournal>
  readonly attributed: () => UtmParameters | undefined
  readonly send: (eventAction: 'CREATED' | 'UPDATED', action: CustomerAction) => void
}

type Details = { readonly interactionId?: unknown; readonly customerId?: unknown; readonly subscriptionContractId?: unknown }

/** What the calls of a page do once they may: each becomes an event, and is taken down for later corrections. */
export const createRecorder = ({ settings, identity, journal, attributed, send }: Parts, { tell, log }: Voice) => {
  const readDetails = (details: unknown) => {
    const given = (details ?? {}) as Details
    const read = (name: keyof Details) => {
      const id = readId(given[name])
      if (given[name] !== undefined && !id) tell(`${name} ${String(given[name])} is no id (built from a missing value?), and is left out.`)
      return id
    }
    read('interactionId')
    return { customerId: read('customerId'), subscriptionContractId: read('subscriptionContractId') }
  }

  const record = (eventAction: 'CREATED' | 'UPDATED', action: CustomerAction) => {
    send(eventAction, action)
    journal.write(action)
  }

  /** Gives what the visitor did on this origin to the customer whom the visitor turned out to be. */
  const correctVisitor = () => {
    const { visitor, customer } = identity.read()
    if (visitor && customer) for (const action of journal.of(visitor)) record('UPDATED', corrected(action, { customerId: customer }))
  }

  return {
    correctVisitor,

    track({ args: [given, details], id, time }: Call) {
      const type = given as ActionType
      if (!ACTION_TYPES.includes(type)) {
        tell(`there is no action ${String(type)}: nothing was sent. track takes ${ACTION_TYPES.join(', ')}.`)
        return
      }
      const known = journal.read(id)
      if (known) {
        if (known.interaction.type === type) log(id, 'is recorded already')
        else tell(`${id} is a ${known.interaction.type} already: nothing was sent. Give the ${type} an interactionId of its own.`)
        return
      }
      const { customerId, subscriptionContractId } = readDetails(details)
      const utmParameters = settings.utmTypes.includes(type) && attributed()
      const createdAt = new Date(time).toISOString()
      record('CREATED', {
        interactionId: id,
        customerId: customerId ?? settings.customerId ?? identity.current(),
        interaction: { type, ...(subscriptionContractId && { subscriptionContractId }) },
        ...(utmParameters && { utmParameters }),
        createdAt,
        updatedAt: createdAt,
      })
    },

    update({ args: [interactionId, details] }: Call) {
      const action = journal.read(readId(interactionId) ?? '')
      if (action) record('UPDATED', corrected(action, readDetails(details)))
      else tell(`there is no action ${String(interactionId)} to update: only what this browser recorded on this origin can be.`)
    },

    identify({ args: [customerId] }: Call) {
      const id = readId(customerId)
      if (id) {
        identity.identify(id)
        correctVisitor()
      } else tell(`identify was given ${String(customerId)}, which is no id (built from a missing value?): nothing changed.`)
    },

    reset() {
      identity.forget()
      journal.forget()
    },
  }
}
