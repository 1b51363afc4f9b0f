import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { allEntries } from '../store/pages'
import type { Entry, Store } from '../store/store'

/**
 * Writes an entry so that it can be imported. A body with line breaks does not fit a line as it is, so that it stands
 * there once more as a text.
 */
const exportRow = ({ receivedAt, outcome, text, bytes, refusal }: Entry): string => {
  const time = JSON.stringify(new Date(receivedAt))
  if (outcome === 'stored') {
    const exact = /[\r\n]/.test(text) ? `"text":${JSON.stringify(text)},` : ''
    return `{"receivedAt":${time},${exact}"event":${text.replace(/[\r\n]/g, ' ')}}`
  }
  const base64 = Buffer.from(bytes ?? []).toString('base64')
  return JSON.stringify({ receivedAt: new Date(receivedAt), outcome, ...refusal, base64 })
}

/** Writes all that a store keeps as NDJSON: events, what was put aside, and digests of what was erased. Resolves to the number of events; rejects rather than leave something out. */
export const exportAll = async (store: Store, output: Writable): Promise<number> => {
  let events = 0
  const write = async (line: string): Promise<void> => {
    if (!output.write(`${line}\n`)) await once(output, 'drain')
  }
  await store.settle()
  for (const erased of await store.erased()) await write(JSON.stringify({ erased }))
  for await (const entry of allEntries(store.entries)) {
    await write(exportRow(entry))
    if (entry.outcome === 'stored') events += 1
  }
  return events
}
