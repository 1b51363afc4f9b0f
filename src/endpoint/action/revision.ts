import { isDeepStrictEqual } from 'node:util'
import type { CustomerAction } from '../../contract/customer-action'
import { readInstant } from '../../contract/instant'

/** Reads a body that has been validated before, such as one from the store. */
export const parseAction = (text: string): CustomerAction => JSON.parse(text) as CustomerAction

/** The instant of a time that has been validated before. */
export const instantOf = (time: string): string => readInstant(time) ?? time

/**
 * Distinguishes the events of one interaction. All of its `CREATED` are one event, whatever their times. Each instant
 * of `updatedAt` is an `UPDATED` of its own.
 */
export const revisionOf = ({ eventAction, body }: CustomerAction): string =>
  eventAction === 'CREATED' ? '' : instantOf(body.updatedAt)

const contentOf = (text: string): unknown => {
  const action = parseAction(text)
  const { createdAt, updatedAt } = action.body
  return { ...action, body: { ...action.body, createdAt: instantOf(createdAt), updatedAt: instantOf(updatedAt) } }
}

/** Says whether two valid bodies have the same content. White space, order of fields and offsets do not matter. */
export const sameContent = (one: string, other: string): boolean =>
  one === other || isDeepStrictEqual(contentOf(one), contentOf(other))
