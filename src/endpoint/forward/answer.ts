import { readText } from '../bounded'

/** The meaning of a receiver's answer for an event. */
export type Verdict =
  | { readonly type: 'receipt' }
  | { readonly type: 'refused'; readonly status: number; readonly answer: string }
  | { readonly type: 'trouble'; readonly why: string; readonly retryAfter: number }

/** Characters of an answer that are kept. */
const keptAnswer = 2000

/** Bytes of an answer that are read. A longer answer is cut off, and its connection ends. */
const readAnswer = 65_536

const isPage = (response: Response): boolean =>
  /^\s*(?:text\/html|application\/xhtml)/i.test(response.headers.get('content-type') ?? '')

/**
 * The wait that `Retry-After` asks for, in seconds or by a date, as milliseconds:
 * https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export const retryAfterOf = (value: string | null, now: number): number => {
  if (value === null) return 0
  const milliseconds = /^\s*\d+\s*$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now
  return Number.isFinite(milliseconds) ? Math.max(0, milliseconds) : 0
}

/** Says why an answer is not a receiver's: it is a redirect, which would turn the `POST` into a `GET`, or a page. */
export const notAReceiver = (response: Response): string | undefined => {
  if (response.status >= 300 && response.status < 400) return 'the receiver redirects'
  return response.ok && isPage(response) ? 'the receiver answers with a page' : undefined
}

/** Reads a receiver's answer. */
export const verdictOn = async (response: Response): Promise<Verdict> => {
  const answer = (await readText(response, readAnswer)).slice(0, keptAnswer)
  const { status, ok, headers } = response
  const retryAfter = retryAfterOf(headers.get('retry-after'), Date.now())
  const strange = notAReceiver(response)
  if (strange !== undefined) return { type: 'trouble', why: strange, retryAfter }
  if (ok) return { type: 'receipt' }
  if (status === 400 || status === 413 || status === 422) return { type: 'refused', status, answer }
  return { type: 'trouble', why: `the receiver answers ${String(status)}`, retryAfter }
}
