import type { Action } from '../contract/customer-action'
import { now, readTime, writeTime } from './browser/clock'

/** A new action, which has no customer and no correction yet. */
export type NewAction = Omit<Action, 'customerId' | 'updatedAt'> & {
  readonly customerId?: undefined
  readonly updatedAt?: undefined
}

/** The fields that a correction may change. */
export type Correction = {
  readonly customerId?: string | undefined
  readonly subscriptionContractId?: string | undefined
}

/**
 * Applies a correction. A new action becomes complete. A recorded action becomes an update of itself, later than its
 * last event by at least a millisecond: otherwise the endpoint would treat both as one.
 */
export const corrected = (action: Action | NewAction, { customerId, subscriptionContractId }: Correction): Action => {
  const { interaction, createdAt, updatedAt } = action
  return {
    ...action,
    customerId: customerId ?? action.customerId ?? '',
    interaction: {
      ...interaction,
      subscriptionContractId: subscriptionContractId ?? interaction.subscriptionContractId,
    },
    updatedAt: updatedAt ? writeTime(Math.max(now(), readTime(updatedAt) + 1)) : createdAt,
  }
}

/** Writes the JSON of an event, once: it is the same in every attempt. */
export const writeEvent = (body: Action): string => {
  const eventAction = body.createdAt === body.updatedAt ? 'CREATED' : 'UPDATED'
  return JSON.stringify({ eventType: 'CUSTOMER_ACTION', eventAction, version: 1, body })
}

/** Reads a stored event; `undefined` for any other text: anyone can write under wasabi's keys. */
export const readEvent = (event = '{}'): Action | undefined => {
  try {
    const { body } = JSON.parse(event) as { body?: Action }
    return body?.interaction.type && readTime(body.updatedAt) ? body : undefined
  } catch {
    return undefined
  }
}

/** The text of a missing value in any language, or of a template that was not filled in. */
const MISSING = /^\s*(|undefined|null|nan|none|nil|<nil>|true|false|\[object .*|\{[{%].*|\$\{.*|%.*%|<%.*)\s*$/is

/** Returns an id as the contract defines it: a non-empty string. `undefined` for any other value. */
export const readId = (value: unknown): string | undefined => {
  const isId = typeof value === 'string' || typeof value === 'number'
  return isId && !MISSING.test(String(value)) ? String(value) : undefined
}

/** Returns the id of a customer. `0` is none: databases and forms use it for nobody. */
export const readCustomerId = (value: unknown): string | undefined => {
  const id = readId(value)
  return id === '0' ? undefined : id
}
