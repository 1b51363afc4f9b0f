import type { Action } from '../contract/customer-action'
import { now, readTime, writeTime } from './browser/clock'

/** An action that is new: there is nothing to correct yet. */
export type NewAction = Omit<Action, 'customerId' | 'updatedAt'> & {
  readonly customerId?: undefined
  readonly updatedAt?: undefined
}

/** What a correction may change. */
export type Correction = {
  readonly customerId?: string | undefined
  readonly subscriptionContractId?: string | undefined
}

/**
 * Puts what is now known into an action: a new one becomes complete; one that was recorded becomes a correction of
 * itself, later than the last one by at least a millisecond, or the endpoint would take both for one.
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

/** The bytes that leave the page: frozen once, the same in every attempt. */
export const writeEvent = (body: Action): string => {
  const eventAction = body.createdAt === body.updatedAt ? 'CREATED' : 'UPDATED'
  return JSON.stringify({ eventType: 'CUSTOMER_ACTION', eventAction, version: 1, body })
}

/** Reads an event back; `undefined` for what is none: anyone can write under our keys. */
export const readEvent = (event = '{}'): Action | undefined => {
  try {
    const { body } = JSON.parse(event) as { body?: Action }
    return body?.interaction.type && readTime(body.updatedAt) ? body : undefined
  } catch {
    return undefined
  }
}

/**
 * What a missing value leaves behind, in the spelling of whatever language, or a template that nobody has filled in.
 */
const MISSING = /^\s*(|undefined|null|nan|none|nil|<nil>|true|false|\[object .*|\{[{%].*|\$\{.*|%.*%|<%.*)\s*$/is

/** An id as the contract takes it: a non-empty string. `undefined` for what is none. */
export const readId = (value: unknown): string | undefined => {
  const isId = typeof value === 'string' || typeof value === 'number'
  return isId && !MISSING.test(String(value)) ? String(value) : undefined
}

/** The id of a customer; 0 is what a database or a form has for nobody. */
export const readCustomerId = (value: unknown): string | undefined => {
  const id = readId(value)
  return id === '0' ? undefined : id
}
