import { createHash } from 'node:crypto'

/**
 * Stands for an id, in hexadecimal digits. 128 bits: two ids that meet by chance are not to be expected, and ids that
 * were made to meet are a conflict, kept aside.
 */
export const digestOf = (kind: 'customer' | 'interaction' | 'revision', text: string): string =>
  createHash('sha256').update(`${kind} ${text}`).digest('hex').slice(0, 32)

/** Says whether a text is a digest that stands for an id. */
export const isDigest = (text: string): boolean => /^[\da-f]{32}$/.test(text)

/** Stands for a customer or visitor id, in hexadecimal digits. */
export const customerDigest = (customerId: string): string => digestOf('customer', customerId)

/**
 * Says whether a customer id is one that a browser gives itself until somebody is identified: `visitor-` and a UUID.
 * Strangers make ids too. One with a comma would be two ids in a list, the second one somebody else's; and long ones
 * would fill the memory of an erasure.
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

/** How most programs write a customer id into the bytes of a body; a character stands for a byte. */
const asWritten = (customerId: string): string => Buffer.from(JSON.stringify(customerId)).toString('latin1')

/**
 * Returns what says whether one of these ids is in a body that names no customer. Once through the body, however many
 * ids there are: strangers can send many of both.
 */
export const createIdFinder = (customerIds: readonly string[]): ((body: Uint8Array) => boolean) => {
  // By what follows the first quote up to the next one. That is all of an id without quotes.
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
