import type { CustomerAction } from '../../contract/customer-action'
import { instantOf, parseAction } from '../action/revision'
import type { Entry } from './store'

/**
 * The state of one interaction, from its events so far. `type`, `createdAt` and `utmParameters` are missing until its
 * `CREATED` arrives.
 */
export type State = {
  readonly interactionId: string
  readonly type?: string
  readonly createdAt?: string
  readonly utmParameters?: Readonly<Record<string, string>>
  readonly customerId: string
  readonly subscriptionContractId?: string
  readonly updatedAt: string
}

// At the same instant a correction ranks above the event that it corrects.
const rankOf = ({ eventAction, body }: CustomerAction): string => `${instantOf(body.updatedAt)} ${eventAction}`

const later = (one: CustomerAction, other: CustomerAction): CustomerAction =>
  rankOf(other) > rankOf(one) ? other : one

/** Reads the state of one interaction from all of its events. The order of their arrival makes no difference. */
export const readState = async (entries: AsyncIterable<Entry>): Promise<State | undefined> => {
  let latest: CustomerAction | undefined
  let created: CustomerAction['body'] | undefined
  for await (const { text } of entries) {
    const action = parseAction(text)
    latest = latest === undefined ? action : later(latest, action)
    if (action.eventAction === 'CREATED') created = action.body
  }
  if (latest === undefined) return undefined

  const { interactionId, customerId, interaction, updatedAt } = latest.body
  const { subscriptionContractId } = interaction
  return {
    interactionId,
    ...(created && { type: created.interaction.type, createdAt: created.createdAt }),
    ...(created?.utmParameters && { utmParameters: created.utmParameters }),
    customerId,
    ...(subscriptionContractId !== undefined && { subscriptionContractId }),
    updatedAt,
  }
}
