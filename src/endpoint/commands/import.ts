import type { Readable } from 'node:stream'
import type { Arrival, Store } from '../store/store'
import { validate, type Refusal } from '../action/validate'

type Line =
  | { readonly type: 'arrival'; readonly arrival: Arrival }
  | { readonly type: 'erased'; readonly digest: string }
  | { readonly type: 'nothing' }
  | { readonly type: 'unknown' }

type Written = {
  readonly receivedAt?: string
  readonly erased?: string
  readonly text?: string
  readonly outcome?: string
  readonly base64?: string
} & Partial<Refusal>

/** What an import came to. */
export type Imported = {
  readonly stored: number
  readonly known: number
  readonly aside: number
  readonly unreadable: readonly number[]
}

const atOnce = 500

// The body's own text: what JavaScript would make of it and write anew need not be the same. A line of it may hold U+2028,
// which is a line break to a regular expression.
const bodyOf = (line: string): string =>
  /^\{(?:"cursor":"[^"]*",)?"receivedAt":"[^"]*","event":(.*)\}$/s.exec(line)?.[1] ?? ''

const arrivalOf = (bytes: Buffer, written: Written): Line => {
  const receivedAt = Date.parse(written.receivedAt ?? '')
  if (Number.isNaN(receivedAt)) return { type: 'unknown' }
  const { status, errors } = written
  if (status !== undefined && errors !== undefined)
    return { type: 'arrival', arrival: { type: 'refused', receivedAt, bytes, refusal: { status, errors } } }
  const validated = validate(bytes)
  return validated.type === 'valid' ? { type: 'arrival', arrival: { ...validated, receivedAt } } : { type: 'unknown' }
}

const readLine = (line: string): Line => {
  // npm writes what it runs above what that writes, unless it is run with --silent.
  if (line.trim() === '' || line.startsWith('> ')) return { type: 'nothing' }
  try {
    const written = JSON.parse(line) as Written
    if (typeof written.erased === 'string') return { type: 'erased', digest: written.erased }
    if (written.base64 !== undefined) return arrivalOf(Buffer.from(written.base64, 'base64'), written)
    return arrivalOf(Buffer.from(written.text ?? bodyOf(line)), written)
  } catch {
    return { type: 'unknown' }
  }
}

/** `readline` breaks at U+2028 too, which may stand in JSON as it is. */
async function* linesIn(input: Readable): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of input.setEncoding('utf8')) {
    const lines = (rest + String(chunk)).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
  yield rest
}

/** Takes over what was exported, or lines that `GET /customer-actions` wrote as NDJSON: nothing twice, however often it is run. */
export const importAll = async (store: Store, input: Readable): Promise<Imported> => {
  const counts = { stored: 0, known: 0, aside: 0 }
  const unreadable: number[] = []
  let anyErased = false
  let arrivals: Arrival[] = []
  let number = 0

  const flush = async (): Promise<void> => {
    const outcomes = await store.append(arrivals)
    arrivals = []
    for (const outcome of outcomes) {
      if (outcome === 'stored') counts.stored += 1
      else if (outcome === 'refused' || outcome === 'conflicting') counts.aside += 1
      else counts.known += 1
    }
  }

  for await (const text of linesIn(input)) {
    number += 1
    const line = readLine(text.replace(/\r$/, ''))
    if (line.type === 'erased') {
      anyErased = true
      await store.addErased([line.digest])
    }
    if (line.type === 'unknown') unreadable.push(number)
    if (line.type === 'arrival') arrivals.push(line.arrival)
    if (arrivals.length >= atOnce) await flush()
  }
  await flush()
  if (anyErased) await store.sweepErased()
  return { ...counts, unreadable }
}
