import { isDeepStrictEqual } from 'node:util'
import type { CustomerAction } from '../../contract/customer-action'
import { readInstant } from '../../contract/instant'

/** Reads a body that has been validated before, such as one from the store. */
export const parseAction = (text: string): CustomerAction => JSON.parse(text) as CustomerAction

/** The instant of a time that has been validated before. */
export const instantOf = (time: string): string => readInstant(time) ?? time

/**
 * What distinguishes the events of one interaction: its `CREATED` is one whatever its times, an `UPDATED` is one for
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
