import { isDeepStrictEqual } from 'node:util'
import { readInstant } from './instant'

/** The part of the contract's object that the endpoint looks at; what else a body holds is kept, and not looked at. */
export type CustomerAction = {
  readonly eventAction: 'CREATED' | 'UPDATED'
  readonly body: {
    readonly interactionId: string
    readonly customerId: string
    readonly interaction: { readonly type: string; readonly subscriptionContractId?: string }
    readonly utmParameters?: Readonly<Record<string, string>>
    readonly createdAt: string
    readonly updatedAt: string
  }
}

/** Reads a body that has been validated before, such as one from the store. */
export const parseAction = (text: string): CustomerAction => JSON.parse(text) as CustomerAction

/** The instant of a time that has been validated before. */
export const instantOf = (time: string): string => readInstant(time) ?? time

/**
 * What tells one event of an interaction from another: its `CREATED` is one whatever its times, an `UPDATED` is one for
 * each instant of `updatedAt`.
 */
export const revisionOf = ({ eventAction, body }: CustomerAction): string =>
  eventAction === 'CREATED' ? '' : instantOf(body.updatedAt)

const contentOf = (text: string): unknown => {
  const action = parseAction(text)
  const { createdAt, updatedAt } = action.body
  return { ...action, body: { ...action.body, createdAt: instantOf(createdAt), updatedAt: instantOf(updatedAt) } }
}

/** Says whether two valid bodies state the same, whatever their white space, order of fields and offsets. */
export const sameContent = (one: string, other: string): boolean =>
  one === other || isDeepStrictEqual(contentOf(one), contentOf(other))
