/** What a page may say about an action, as it came. */
export type GivenDetails = Readonly<Partial<Record<'interactionId' | 'customerId' | 'subscriptionContractId', unknown>>>

/**
 * One call with its moment and its address, since it may have to wait: for options, for
 * permission, for a page that is shown.
 */
export type Call = {
  /** `page` is no call of the page: it only brings an address to look at. */
  readonly name: 'page' | 'track' | 'update' | 'identify' | 'reset' | 'consent' | 'attribution'
  readonly subject?: unknown
  readonly details: GivenDetails
  /** Unix milliseconds. */
  readonly time: number
  readonly href: string
  /** What `track` has returned. */
  readonly id: string
}

/** A call as the stub queues it. */
export type EarlyCall = [
  id: string,
  name: 'init' | Exclude<Call['name'], 'page'>,
  subject: unknown,
  details: GivenDetails,
  time: number,
  /** Where the stub reads what the call returns. */
  offset: number,
  ...returned: unknown[],
]
