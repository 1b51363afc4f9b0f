import type { CustomerAction } from '../../contract/customer-action'
import { instantOf, parseAction } from '../action/revision'
import type { Entry } from './store'

/**
 * What is known of one interaction by now. `type`, `createdAt` and `utmParameters` are missing
 * until its `CREATED` is here.
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

// At the same instant a correction counts more than what it corrects.
const rankOf = ({ eventAction, body }: CustomerAction): string => `${instantOf(body.updatedAt)} ${eventAction}`

const later = (one: CustomerAction, other: CustomerAction): CustomerAction =>
  rankOf(other) > rankOf(one) ? other : one

/** Reads the state of one interaction from all of its events: the same in whatever order they came. */
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
