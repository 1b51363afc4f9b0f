import { readCookie, removeCookie, writeCookie } from './browser/cookies'
import { uuid } from './browser/uuid'

/**
 * The cookie that identifies who uses this browser, across pages and subdomains. It contains visitor and customer, so
 * that a correction changes only the actions of this visitor.
 */
const COOKIE = 'wasabi_id'

/** Reads both ids; `''` for a missing one. They are read anew each time: other tabs change them. */
export const readIdentity = (): { readonly visitor: string; readonly customer: string } => {
  const pairs = new URLSearchParams(readCookie(COOKIE)[0])
  const visitor = pairs.get('v') ?? ''
  return { visitor: visitor.startsWith('visitor-') ? visitor : '', customer: pairs.get('c') ?? '' }
}

const write = (v: string, c: string) => {
  writeCookie(COOKIE, `${new URLSearchParams({ v, c })}`)
  return c || v
}

/** The id of the customer, or of the visitor until one is identified. A new visitor is assigned an id here. */
export const currentCustomer = (): string => {
  const { visitor, customer } = readIdentity()
  return customer || visitor || write(`visitor-${uuid()}`, '')
}

/** Assigns this browser to a customer. Another customer is another person, without the first one's visitor id. */
export const identify = (id: string): void => {
  const { visitor, customer } = readIdentity()
  if (customer !== id) write(customer ? '' : visitor, id)
}

/** Forgets visitor and customer. */
export const forgetIdentity = (): void => {
  removeCookie(COOKIE)
}
