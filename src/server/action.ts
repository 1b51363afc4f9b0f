import { ACTION_TYPES, type ActionType, type CustomerAction, type UtmParameters } from '../contract/customer-action'
import { readInstant } from '../contract/instant'
import { readCustomerId, readId } from '../tracker/event'
import { checkNames, refuse, textOf } from './refuse'

/** The details of an action that a server records. */
export type ActionDetails = {
  /** An id that is the same in every attempt, and in the browser if it records the action too: the order's number. */
  readonly interactionId: string | number
  readonly customerId: string | number
  readonly subscriptionContractId?: string | number | undefined
  /** As `readCampaign` returns them. */
  readonly utmParameters?: UtmParameters | undefined
  /**
   * The time of the action: a `Date`, RFC 3339 text, or Unix milliseconds. A text without an offset is UTC.
   *
   * @default the current time
   */
  readonly createdAt?: Date | string | number | undefined
}

const DETAILS = ['interactionId', 'customerId', 'subscriptionContractId', 'utmParameters', 'createdAt']
const FIELDS = ['utmSource', 'utmMedium', 'utmCampaign', 'utmContent', 'utmTerms'] as const

/** The endpoint refuses NUL and half a surrogate pair too: see the schema. */
const idOf = (name: string, value: unknown, read = readId) => {
  const id = read(value)
  return id && !/[\0\p{Cs}]/u.test(id) ? id : refuse(name, value, 'is no id. Give a string or a number')
}

/**
 * The text of a time. `Date` reads only a number: it would read a text without an offset in the server's zone, and 30
 * February as 2 March. A `Temporal.Instant` is no number and throws. Its own text is RFC 3339.
 */
const textOfTime = (value: unknown) => {
  try {
    const number: unknown = (value as Date).valueOf()
    return typeof number === 'number' ? new Date(number).toJSON() : value
  } catch {
    return value
  }
}

const timeOf = (value: unknown = new Date()) => {
  const instant = readInstant(textOf(textOfTime(value)))
  return instant === undefined ? refuse('createdAt', value, 'is no time. Give a date or RFC 3339') : `${instant}Z`
}

/** The fields that have a value. `undefined` if there are none, since the contract leaves an empty object out. */
const campaignOf = (given: Readonly<Record<string, unknown>>) => {
  checkNames('field of utmParameters', given, FIELDS)
  const campaign = FIELDS.flatMap((name) => {
    const value = given[name] ?? ''
    if (typeof value !== 'string') refuse(name, value, 'is no string')
    return value ? [[name, value] as const] : []
  })
  return campaign.length ? (Object.fromEntries(campaign) as UtmParameters) : undefined
}

/**
 * Returns the event of an action, for the server to post:
 * `fetch(endpoint, { method: 'POST', body: JSON.stringify(event) })`.
 * Browser and server may both record an action under one `interactionId`: it is one action.
 *
 * @throws TypeError, with a sentence that names the value, for an unknown action, an unknown detail, a missing or
 * invalid id, an invalid `createdAt`, and a field of `utmParameters` that is unknown or no string
 * @example customerAction('SIGN_UP', { interactionId: order.id, customerId: user.id,
 * utmParameters: readCampaign(cookies) })
 */
export const customerAction = (type: ActionType, details: ActionDetails): CustomerAction => {
  if (!ACTION_TYPES.includes(type)) refuse('action', type, `does not exist. Use ${ACTION_TYPES.join(', ')}`)
  // A caller without types may leave the details out.
  const given: Partial<ActionDetails> = (details as ActionDetails | undefined) ?? {}
  checkNames('detail', given, DETAILS)
  const { interactionId, customerId, subscriptionContractId: contract, utmParameters, createdAt } = given
  const time = timeOf(createdAt)
  const campaign = campaignOf(utmParameters ?? {})
  const subscriptionContractId = contract === undefined ? undefined : idOf('subscriptionContractId', contract)
  return {
    eventType: 'CUSTOMER_ACTION',
    eventAction: 'CREATED',
    version: 1,
    body: {
      interactionId: idOf('interactionId', interactionId),
      customerId: idOf('customerId', customerId, readCustomerId),
      interaction: { type, ...(subscriptionContractId && { subscriptionContractId }) },
      ...(campaign && { utmParameters: campaign }),
      createdAt: time,
      updatedAt: time,
    },
  }
}
