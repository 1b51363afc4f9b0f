import type { Entry } from './store'

const timeOf = (receivedAt: number): string => JSON.stringify(new Date(receivedAt))

/**
 * Writes a stored event as a row, with the body's own text in it: parsing and writing it anew would change what
 * JavaScript has no number for. Line breaks in JSON are white space only, so a row is always one line.
 */
export const eventRow = ({ cursor, receivedAt, text }: Entry): string =>
  `{"cursor":"${cursor}","receivedAt":${timeOf(receivedAt)},"event":${text.replace(/[\r\n]/g, ' ')}}`

/** Writes what was refused as a row. Its body is a text, since it need not be JSON. */
const refusedRow = ({ cursor, receivedAt, text, refusal }: Entry): string =>
  JSON.stringify({
    cursor,
    receivedAt: new Date(receivedAt),
    ...refusal,
    reason: refusal?.errors.map(({ path, message }) => `${path} ${message}`.trim()).join(', '),
    body: text,
  })

const repeatedRow = (head: string, reason: string, text: string): string =>
  `{${head},"reason":"${reason}","event":${text.replace(/[\r\n]/g, ' ')}}`

const message = (event: string, data: string): string => `event: ${event}\ndata: ${data}\n\n`

/** Writes an entry as a server-sent event that can be resumed from. */
export const entryMessage = (entry: Entry): string => {
  const { cursor, receivedAt, outcome, text } = entry
  const id = `id: ${cursor}\n`
  if (outcome === 'stored') return id + message('stored', eventRow(entry))
  if (outcome === 'refused') return id + message('refused', refusedRow(entry))
  const head = `"cursor":"${cursor}","receivedAt":${timeOf(receivedAt)}`
  return id + message('repeated', repeatedRow(head, 'known with other content, which stands', text))
}

/** Writes a plain repeat as a server-sent event. It is not kept, so nothing can be resumed from it. */
export const repeatMessage = (receivedAt: number, text: string): string =>
  message('repeated', repeatedRow(`"receivedAt":${timeOf(receivedAt)}`, 'known already', text))
