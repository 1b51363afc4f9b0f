import { createHash } from 'node:crypto'

/**
 * Returns the digest of an id, in hexadecimal digits. With 128 bits, two ids are not expected to have the same digest
 * by chance. Ids that were made to have the same digest are a conflict, kept aside.
 */
export const digestOf = (kind: 'customer' | 'interaction' | 'revision', text: string): string =>
  createHash('sha256').update(`${kind} ${text}`).digest('hex').slice(0, 32)

/** Says whether a text has the form of a digest. */
export const isDigest = (text: string): boolean => /^[\da-f]{32}$/.test(text)

/** Returns the digest of a customer or visitor id, in hexadecimal digits. */
export const customerDigest = (customerId: string): string => digestOf('customer', customerId)

/**
 * Says whether a customer id is a visitor id: `visitor-` and a UUID, which a browser uses until somebody is identified.
 * Strangers make ids too. An id with a comma would be two ids in a list, the second one somebody else's. Long ids would
 * fill the memory of an erasure.
 */
export const isVisitor = (customerId: string): boolean => /^visitor-[\w-]{1,64}$/.test(customerId)

/** Reads the customer id of a body that need not be valid. `undefined` if it has none, or is no JSON. */
export const customerIn = (bytes: Uint8Array): string | undefined => {
  try {
    const value = JSON.parse(Buffer.from(bytes).toString()) as {
      readonly body?: { readonly customerId?: unknown }
    } | null
    const customerId = value?.body?.customerId
    return typeof customerId === 'string' || typeof customerId === 'number' ? String(customerId) : undefined
  } catch {
    return undefined
  }
}

/** The bytes of a customer id in a body, as most programs write them. Each character represents one byte. */
const asWritten = (customerId: string): string => Buffer.from(JSON.stringify(customerId)).toString('latin1')

/**
 * Returns a function that says whether a body that names no customer contains one of these ids. It reads the body once,
 * however many ids there are: strangers can send many of both.
 */
export const createIdFinder = (customerIds: readonly string[]): ((body: Uint8Array) => boolean) => {
  // The ids by their text between the first quote and the next one. That is all of an id without quotes.
  const begins = new Map<string, string[]>()
  for (const written of customerIds.map(asWritten)) {
    const [, begin = ''] = written.split('"', 2)
    const same = begins.get(begin)
    if (same === undefined) begins.set(begin, [written])
    else same.push(written)
  }
  return (body) => {
    const text = Buffer.from(body.buffer, body.byteOffset, body.length).toString('latin1')
    for (let from = text.indexOf('"'), to = 0; from !== -1; from = to) {
      to = text.indexOf('"', from + 1)
      const candidates = to === -1 ? undefined : begins.get(text.slice(from + 1, to))
      if (candidates?.some((written) => text.startsWith(written, from)) === true) return true
    }
    return false
  }
}
