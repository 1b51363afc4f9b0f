import { isUtf8 } from 'node:buffer'
import { fchmodSync, fstatSync } from 'node:fs'
import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { allEntries, allErased } from '../store/pages'
import type { Entry, Store } from '../store/store'

/**
 * Writes an entry so that it can be imported. A body with line breaks does not fit into a line unchanged, so the line
 * also contains it as a text.
 */
const exportRow = ({ receivedAt, outcome, text, bytes, refusal }: Entry): string => {
  const time = JSON.stringify(new Date(receivedAt))
  if (outcome === 'stored') {
    const exact = /[\r\n]/.test(text) ? `"text":${JSON.stringify(text)},` : ''
    return `{"receivedAt":${time},${exact}"event":${text.replace(/[\r\n]/g, ' ')}}`
  }
  const kept = Buffer.from(bytes ?? [])
  // As a text if it is UTF-8, so that it can be corrected by hand.
  const body = isUtf8(kept) ? { body: kept.toString() } : { base64: kept.toString('base64') }
  return JSON.stringify({ receivedAt: new Date(receivedAt), outcome, ...refusal, ...body })
}

/** The shell creates a file that everybody can read, but its content is private. */
export const makePrivate = (output: Writable): void => {
  const { fd } = output as { readonly fd?: number }
  if (fd !== undefined && fstatSync(fd).isFile()) fchmodSync(fd, 0o600)
}

/**
 * Writes the whole content of a store as NDJSON: events, bodies kept aside, and digests of erased ids. Resolves to the
 * number of events. Rejects rather than leave anything out.
 */
export const exportAll = async (store: Store, output: Writable): Promise<number> => {
  let events = 0
  async function* lines(): AsyncGenerator<string> {
    for await (const erased of allErased(store.erased)) yield `${JSON.stringify({ erased })}\n`
    for await (const entry of allEntries(store.entries)) {
      if (entry.outcome === 'stored') events += 1
      yield `${exportRow(entry)}\n`
    }
  }
  makePrivate(output)
  await store.settle()
  await pipeline(Readable.from(lines()), output, { end: false })
  return events
}
