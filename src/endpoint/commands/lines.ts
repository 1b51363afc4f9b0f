import type { Readable } from 'node:stream'
import { isDeepStrictEqual } from 'node:util'
import { validate, type Validated } from '../action/validate'
import { tooLarge } from '../http/ingest'
import { isDigest } from '../store/person'
import type { Arrival } from '../store/store'

/** What a line of an export contains. */
export type Line =
  | { readonly type: 'arrival'; readonly arrival: Arrival }
  | { readonly type: 'erased'; readonly digest: string }
  | { readonly type: 'nothing' }
  | { readonly type: 'unknown' }

type Written = {
  readonly receivedAt?: string
  readonly erased?: unknown
  readonly event?: unknown
  readonly text?: string
  readonly outcome?: string
  readonly status?: number
  readonly body?: string
  readonly base64?: string
}

/** Characters of a line: an export's row with a body of 16 KB, each byte of it escaped, twice, and some more. */
const longestLine = 300_000

const quoted = '"[^"]*"'
const eventRow = new RegExp(
  `^\\s*\\{\\s*(?:"cursor"\\s*:\\s*${quoted}\\s*,\\s*)?` +
    `"receivedAt"\\s*:\\s*${quoted}\\s*,\\s*"event"\\s*:\\s*(.*)\\}\\s*$`,
  // A line may contain U+2028, which is a line break to a regular expression.
  's',
)

/** A body's own text: parsing and writing it anew in JavaScript may change it. */
const eventText = (line: string, { text, event }: Written): string => {
  // If somebody corrected only the event, the event counts.
  if (text !== undefined && isDeepStrictEqual(JSON.parse(text), event)) return text
  return eventRow.exec(line)?.[1]?.trim() ?? JSON.stringify(event)
}

const bytesOf = (line: string, written: Written): Buffer => {
  const { base64, body, event } = written
  if (base64 !== undefined) return Buffer.from(base64, 'base64')
  if (body !== undefined) return Buffer.from(body)
  return Buffer.from(event === undefined ? '' : eventText(line, written))
}

/** Validates the body anew: a corrected body is an event, and the reasons of a refusal are those of this endpoint. */
const arrivalOf = (bytes: Buffer, { receivedAt: written = '', outcome, status }: Written): Line => {
  const receivedAt = Date.parse(written)
  if (Number.isNaN(receivedAt)) return { type: 'unknown' }
  const validated: Validated = status === 413 ? { type: 'refused', refusal: tooLarge } : validate(bytes)
  if (validated.type === 'valid') return { type: 'arrival', arrival: { ...validated, receivedAt } }
  if (outcome !== 'refused' && status === undefined) return { type: 'unknown' }
  return { type: 'arrival', arrival: { ...validated, receivedAt, bytes } }
}

/** A digest as `GET /erased` lists them. Any other text would match nobody, and break the paging of that list. */
const erasureOf = (digest: unknown): Line =>
  typeof digest === 'string' && isDigest(digest) ? { type: 'erased', digest } : { type: 'unknown' }

/** Reads a line of an export. */
export const readLine = (line: string): Line => {
  // Without --silent, npm writes the command above the output of the command.
  if (line.trim() === '' || line.startsWith('> ')) return { type: 'nothing' }
  try {
    const written = JSON.parse(line) as Written
    if (written.erased !== undefined) return erasureOf(written.erased)
    return arrivalOf(bytesOf(line, written), written)
  } catch {
    return { type: 'unknown' }
  }
}

/**
 * Splits the input into lines. `readline` also breaks at U+2028, which JSON may contain unescaped. Of a line that is
 * too long, only the beginning is kept.
 */
export async function* linesIn(input: Readable): AsyncGenerator<string> {
  let parts: string[] = []
  let size = 0
  let isFirst = true
  for await (const read of input.setEncoding('utf8')) {
    // Editors on Windows begin a file with a byte order mark, which is not JSON.
    const chunk = isFirst ? String(read).replace(/^\uFEFF/, '') : String(read)
    isFirst = false
    for (const [index, part] of chunk.split('\n').entries()) {
      if (index > 0) {
        yield parts.join('')
        parts = []
        size = 0
      }
      if (size <= longestLine) parts.push(part)
      size += part.length
    }
  }
  yield parts.join('')
}
