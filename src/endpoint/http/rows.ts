import type { Problem } from '../action/validate'
import type { Entry } from '../store/store'

const timeOf = (receivedAt: number): string => JSON.stringify(new Date(receivedAt))

// Parsing and writing a body anew would change numbers that JavaScript cannot represent. Line breaks in JSON are only
// white space, so that a row is always one line.
const oneLine = (text: string): string => text.replace(/[\r\n]/g, ' ')

/** An earlier import may have stored errors that are no list of reasons. */
const reasonOf = (errors: unknown): string =>
  (Array.isArray(errors) ? (errors as readonly (Partial<Problem> | null)[]) : [])
    .map((error) => `${error?.path ?? ''} ${error?.message ?? ''}`.trim())
    .join(', ')

const refusedRow = ({ cursor, receivedAt, text, refusal }: Entry): string =>
  JSON.stringify({
    cursor,
    receivedAt: new Date(receivedAt),
    ...refusal,
    reason: reasonOf(refusal?.errors),
    // As a text, since it may not be JSON.
    body: text,
  })

const repeatedRow = (head: string, reason: string, text: string): string =>
  `{${head},"reason":"${reason}","event":${oneLine(text)}}`

/** Writes an entry as a row: an event with the body's own text, a body kept aside with the reason. */
export const entryRow = (entry: Entry): string => {
  const { cursor, receivedAt, outcome, text } = entry
  if (outcome === 'refused') return refusedRow(entry)
  const head = `"cursor":"${cursor}","receivedAt":${timeOf(receivedAt)}`
  if (outcome === 'stored') return `{${head},"event":${oneLine(text)}}`
  return repeatedRow(head, 'known with other content; this body is kept aside', text)
}

const message = (event: string, data: string): string => `event: ${event}\ndata: ${data}\n\n`

/** Writes an entry as a server-sent event that can be resumed from. */
export const entryMessage = (entry: Entry): string =>
  `id: ${entry.cursor}\n${message(entry.outcome === 'conflicting' ? 'repeated' : entry.outcome, entryRow(entry))}`

/** Writes a plain repeat as a server-sent event. It is not stored, so no stream can be resumed from it. */
export const repeatMessage = (receivedAt: number, text: string): string =>
  message('repeated', repeatedRow(`"receivedAt":${timeOf(receivedAt)}`, 'known already', text))
