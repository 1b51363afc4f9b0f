import { createHash } from 'node:crypto'
import { parseAction, revisionOf } from '../action/revision'
import { notAReceiver, verdictOn, type Verdict } from './answer'
import type { Receiver } from './receiver'

/** Milliseconds until an answer counts as lost. */
const patience = 30_000

/**
 * The event's key: the same for each attempt, different for each event, and of characters that a header can contain.
 */
export const keyOf = (text: string): string => {
  const action = parseAction(text)
  const parts = JSON.stringify([action.body.interactionId, revisionOf(action)])
  return createHash('sha256').update(parts).digest('hex').slice(0, 32)
}

const request = ({ url, headers }: Receiver, init: RequestInit, signal: AbortSignal): Promise<Response> =>
  fetch(url, { ...init, headers: init.headers ?? headers, redirect: 'manual', signal })

/** The reason why there was no answer, in words without an address. */
const causeOf = (error: unknown): string => {
  const { name, cause } = error as { readonly name?: string; readonly cause?: { readonly code?: unknown } }
  if (name === 'TimeoutError') return 'the receiver does not answer'
  return `the receiver cannot be reached (${typeof cause?.code === 'string' ? cause.code : 'no answer'})`
}

/**
 * Asks until the signal is aborted or the time for an answer is over. `AbortSignal.any` is not used: Node 20 may
 * collect its timer, and the wait for a receiver that hangs never ended (nodejs/node#57736).
 */
const within = async <Answer>(signal: AbortSignal, ask: (limit: AbortSignal) => Promise<Answer>): Promise<Answer> => {
  const limit = new AbortController()
  const end = () => {
    limit.abort(signal.reason)
  }
  const timer = setTimeout(() => {
    limit.abort(new DOMException('no answer in time', 'TimeoutError'))
  }, patience)
  signal.addEventListener('abort', end)
  try {
    signal.throwIfAborted()
    return await ask(limit.signal)
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', end)
  }
}

/** Posts one event byte for byte. Rejects only when the signal is aborted. */
export const send = async (receiver: Receiver, text: string, signal: AbortSignal): Promise<Verdict> => {
  const headers = new Headers(receiver.headers)
  headers.set('Idempotency-Key', keyOf(text))
  try {
    const post = { method: 'POST', body: text, headers }
    return await within(signal, async (limit) => verdictOn(await request(receiver, post, limit)))
  } catch (error) {
    signal.throwIfAborted()
    return { type: 'trouble', why: causeOf(error), retryAfter: 0 }
  }
}

/**
 * Checks the receiver before anything is sent. Rejects with a sentence if it redirects or answers with a page. A server
 * that is away, or that answers a `HEAD` in another way, may still be a receiver.
 */
export const checkReceiver = async (receiver: Receiver, signal = new AbortController().signal): Promise<void> => {
  const ask = (limit: AbortSignal) => request(receiver, { method: 'HEAD' }, limit)
  const answer = await within(signal, ask).catch(() => undefined)
  const strange = answer && notAReceiver(answer)
  if (strange === undefined) return
  const help = strange.includes('redirects')
    ? 'use the address that it leads to'
    : 'use the address that accepts events'
  throw new Error(`Nothing was sent, since ${strange}: ${help}.`)
}
