/** The details that a page passes with a call, unchecked. */
export type GivenDetails = Readonly<Partial<Record<'interactionId' | 'customerId' | 'subscriptionContractId', unknown>>>

/**
 * One call, with its time and the address of its page, since it may have to wait: for options, for permission, or for a
 * prerendered page to be shown.
 */
export type Call = {
  /** `page` is not called by the page: it only passes an address that may contain a campaign. */
  readonly name: 'page' | 'track' | 'update' | 'identify' | 'reset' | 'consent' | 'attribution'
  readonly subject?: unknown
  readonly details: GivenDetails
  /** Unix milliseconds. */
  readonly time: number
  readonly href: string
  /** The id that `track` returned. */
  readonly id: string
}

/** A call as the stub queues it. */
export type EarlyCall = [
  id: string,
  name: 'init' | Exclude<Call['name'], 'page'>,
  subject: unknown,
  details: GivenDetails,
  time: number,
  /** The index at which the stub reads the return value. */
  offset: number,
  ...returned: unknown[],
]
