import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** Why a request may not read. */
export type Denial = { readonly status: 401 | 403; readonly message: string }

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Says whether an address is this machine's own. */
export const isLoopback = (address: string): boolean =>
  /^(?:::ffff:)?127\.\d+\.\d+\.\d+$/i.test(address) || address === '::1' || address === 'localhost'

/**
 * A page that has its own name point to 127.0.0.1 reads through the browser of whoever is in front of this machine; it
 * cannot but send that name: https://en.wikipedia.org/wiki/DNS_rebinding
 */
const isOwnName = (host: string | undefined): boolean =>
  /^(?:(?:[^:]+\.)?localhost|\d+\.\d+\.\d+\.\d+|\[[\da-f:.]+\])(?::\d+)?$/i.test(host ?? '')

/** Returns what lets the operator read and erase, and says why when it does not: by a token or, without one, from this machine only. */
export const createAccess = (token: string | undefined) => {
  const expected = token === undefined ? undefined : sha256(`Bearer ${token}`)

  return ({ headers, socket }: IncomingMessage): Denial | undefined => {
    if (expected !== undefined) {
      // Digests are of one length and take one time to compare, whatever was sent.
      const given = sha256(headers.authorization ?? '')
      return timingSafeEqual(given, expected)
        ? undefined
        : { status: 401, message: 'needs Authorization: Bearer and READ_TOKEN' }
    }
    if (!isLoopback(socket.remoteAddress ?? ''))
      return { status: 403, message: 'is read from its own machine, unless READ_TOKEN is set' }
    if (!isOwnName(headers.host)) return { status: 403, message: 'is read as localhost, unless READ_TOKEN is set' }
    return undefined
  }
}
