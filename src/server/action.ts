import { ACTION_TYPES, type ActionType, type CustomerAction, type UtmParameters } from '../contract/customer-action'
import { readInstant } from '../contract/instant'
import { readCustomerId, readId } from '../tracker/event'

/** What a server knows of an action. */
export type ActionDetails = {
  /** The same in every attempt, and in the browser if it records the action too: the order's number. */
  readonly interactionId: string | number
  readonly customerId: string | number
  readonly subscriptionContractId?: string | number | undefined
  /** As `readCampaign` returns them. */
  readonly utmParameters?: UtmParameters | undefined
  /**
   * When the customer did it: a date, RFC 3339, or Unix milliseconds. A text without an offset is UTC.
   *
   * @default now
   */
  readonly createdAt?: Date | string | number | undefined
}

const FIELDS = ['utmSource', 'utmMedium', 'utmCampaign', 'utmContent', 'utmTerms'] as const

const refuse = (name: string, value: unknown, advice: string): never => {
  throw new TypeError(`wasabi: ${name} "${String(value)}" ${advice}.`)
}

/** NUL and half a surrogate pair are refused by the endpoint too: see the schema. */
const idOf = (name: string, value: unknown, read = readId) => {
  const id = read(value)
  return id && !/[\0\p{Cs}]/u.test(id) ? id : refuse(name, value, 'is no id. Give a string or a number')
}

/** A `null` of a database is no time, though `Date` takes it for 1970. */
const timeOf = (value: unknown = new Date()) => {
  const isNone = value === null || typeof value === 'boolean'
  // `Date` reads a text without an offset in the server's zone, and 30 February as 2 March; what is no date is `null`.
  const text = isNone || typeof value === 'string' ? value : new Date(value as Date).toJSON()
  const instant = readInstant(String(text))
  return instant === undefined ? refuse('createdAt', value, 'is no time. Give a date or RFC 3339') : `${instant}Z`
}

/** The known fields that have a value; `undefined` for none of them, since the contract knows no empty object. */
const campaignOf = (given: Readonly<Record<string, unknown>>) => {
  for (const name of Object.keys(given))
    if (!(FIELDS as readonly string[]).includes(name)) refuse('utmParameters', name, `is none of ${FIELDS.join(', ')}`)
  const campaign = FIELDS.flatMap((name) => {
    const value = given[name] ?? ''
    if (typeof value !== 'string') refuse(name, value, 'is no string')
    return value ? [[name, value] as const] : []
  })
  return campaign.length ? (Object.fromEntries(campaign) as UtmParameters) : undefined
}

/**
 * An event as the endpoint takes it, to be posted by the server: `fetch(endpoint, { method: 'POST', body:
 * JSON.stringify(event) })`. Browser and server may both record an action under one `interactionId`: it is one action.
 *
 * @throws TypeError, a sentence, for an action that does not exist, and for what is missing or no id
 * @example customerAction('SIGN_UP', { interactionId: order.id, customerId: user.id,
 * utmParameters: readCampaign(cookies) })
 */
export const customerAction = (type: ActionType, details: ActionDetails): CustomerAction => {
  if (!ACTION_TYPES.includes(type)) refuse('action', type, `does not exist. Use ${ACTION_TYPES.join(', ')}`)
  // A caller without types may leave the details out.
  const given: Partial<ActionDetails> | undefined = details
  const { interactionId, customerId, subscriptionContractId: contract, utmParameters, createdAt } = given ?? {}
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
