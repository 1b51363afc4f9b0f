/** The four action types of the contract. There are no others. */
export const ACTION_TYPES = [
  'SIGN_UP',
  'SUBSCRIPTION_RESTARTED',
  'SUBSCRIPTION_CANCELLED',
  'PROMOTION_APPLIED',
] as const

/** The type of an action. */
export type ActionType = (typeof ACTION_TYPES)[number]

/** The campaign of one visit. A parameter that the landing address did not carry is absent. */
export type UtmParameters = {
  readonly utmSource?: string
  readonly utmMedium?: string
  readonly utmCampaign?: string
  readonly utmContent?: string
  /** Search terms joined by `+`, as in `cats+kitten+food`. */
  readonly utmTerms?: string
}

/**
 * One action: the `body` of an event. A field that is `undefined` is absent from the JSON. Times are RFC 3339; the
 * tracker writes UTC with milliseconds.
 */
export type Action = {
  readonly interactionId: string
  readonly customerId: string
  readonly interaction: { readonly type: ActionType; readonly subscriptionContractId?: string | undefined }
  readonly utmParameters?: UtmParameters | undefined
  readonly createdAt: string
  /** Equal to `createdAt` until the action is corrected. */
  readonly updatedAt: string
}

/**
 * One event: the JSON object that a page sends and the endpoint accepts. Its schema is `customer-action.schema.json`.
 */
export type CustomerAction = {
  readonly eventType: 'CUSTOMER_ACTION'
  readonly eventAction: 'CREATED' | 'UPDATED'
  readonly version: number
  readonly body: Action
}
