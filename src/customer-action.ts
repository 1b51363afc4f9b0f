import type { UtmParameters } from './campaign'

/** The four types of the contract, and nothing else. */
export const ACTION_TYPES = ['SIGN_UP', 'SUBSCRIPTION_RESTARTED', 'SUBSCRIPTION_CANCELLED', 'PROMOTION_APPLIED'] as const

/** What a customer did. */
export type ActionType = (typeof ACTION_TYPES)[number]

/** One interaction as the contract's `body` has it. Times are RFC 3339, UTC, with milliseconds. */
export type CustomerAction = {
  readonly interactionId: string
  readonly customerId: string
  readonly interaction: { readonly type: ActionType; readonly subscriptionContractId?: string }
  readonly utmParameters?: UtmParameters
  readonly createdAt: string
  readonly updatedAt: string
}

/** What a correction may change. */
export type Correction = { readonly customerId?: string | undefined; readonly subscriptionContractId?: string | undefined }

/** A body with its correction: later than the last one by at least a millisecond, or the endpoint would take both for one. */
export const corrected = (action: CustomerAction, { customerId, subscriptionContractId }: Correction): CustomerAction => ({
  ...action,
  customerId: customerId ?? action.customerId,
  interaction: { ...action.interaction, ...(subscriptionContractId && { subscriptionContractId }) },
  updatedAt: new Date(Math.max(Date.now(), Date.parse(action.updatedAt) + 1)).toISOString(),
})

/** The bytes that leave the page: frozen once, the same in every attempt. */
export const writeEvent = (eventAction: 'CREATED' | 'UPDATED', body: CustomerAction): string =>
  JSON.stringify({ eventType: 'CUSTOMER_ACTION', eventAction, version: 1, body })

/** An id as the contract takes it: a non-empty string. `undefined` for what a missing value leaves behind (`''`, `'null'`, `'undefined'`). */
export const readId = (value: unknown): string | undefined =>
  (typeof value === 'string' || typeof value === 'number') && !/^(|undefined|null|NaN)$/.test(`${value}`) ? `${value}` : undefined
