import { readCookie, removeCookie, writeCookie } from './browser/cookies'
import { uuid } from './browser/uuid'

/**
 * Who uses this browser, across pages and subdomains. Visitor and customer are in one cookie, so that a correction
 * reaches only what this same visitor did.
 */
const COOKIE = 'wasabi_id'

/** Both ids; `''` for one that there is not. Read anew each time: other tabs change it. */
export const readIdentity = (): { readonly visitor: string; readonly customer: string } => {
  const pairs = new URLSearchParams(readCookie(COOKIE)[0])
  const visitor = pairs.get('v') ?? ''
  return { visitor: visitor.startsWith('visitor-') ? visitor : '', customer: pairs.get('c') ?? '' }
}

const write = (v: string, c: string) => {
  writeCookie(COOKIE, `${new URLSearchParams({ v, c })}`)
  return c || v
}

/** The customer, or the visitor until someone is identified; a first visitor gets an id here. */
export const currentCustomer = (): string => {
  const { visitor, customer } = readIdentity()
  return customer || visitor || write(`visitor-${uuid()}`, '')
}

/** Makes this browser the customer's. Another customer is another person: the visitor id goes with the first. */
export const identify = (id: string): void => {
  const { visitor, customer } = readIdentity()
  if (customer !== id) write(customer ? '' : visitor, id)
}

/** Forgets visitor and customer. */
export const forgetIdentity = (): void => {
  removeCookie(COOKIE)
}
