import { now, readTime } from './clock'

/** The result of one attempt. */
export type Delivery = {
  /**
   * `accepted`: the event is in durable storage. `rejected`: the endpoint can never accept it. `retry`: the endpoint is
   * the cause, not the event.
   */
  readonly outcome: 'accepted' | 'rejected' | 'retry'
  /** The endpoint's answer; `nothing readable` if the page can read none, `''` if wasabi did not wait for it. */
  readonly reason: string
  /** The wait that the endpoint asked for, in milliseconds. */
  readonly wait?: number
}

/** The limit of an attempt in milliseconds: a hung request would occupy one of the page's six connections for ever. */
const PATIENCE = 30_000

/** The attempt under way that ends with its page. There is one at a time. */
let later: AbortController | undefined

/** Aborts a later attempt, with an empty reason: the endpoint is not the cause. A first attempt cannot be aborted. */
export const abortLater = (): void => later?.abort('')

/**
 * Whether the page's own `fetch` returns no promise: it is not called with the endpoint's address again. One that wraps
 * the platform's is intended by the page, or its test, and is used.
 */
let isReplaced = false

const UNREADABLE: Delivery = { outcome: 'retry', reason: 'nothing readable' }

/** `Retry-After` is a number of seconds or a date (RFC 9110, 10.2.3). */
const readWait = (header: string) => +header * 1000 || readTime(header) - now()

/**
 * Sends one request with one body, before it returns, and resolves to the result. Never rejects.
 *
 * A string is sent as `text/plain`, which needs no preflight (Fetch, 2.2.2). No cookies are sent: an endpoint on the
 * site's own domain would receive every session. No redirect is followed: it would turn the `POST` into a `GET`. A
 * `keepalive` request outlives the page. All scripts of the page share 64 KiB for these (Fetch, 4.6), so they are for
 * what may be the last attempt.
 */
export const deliver = async (endpoint: string, body: string, keepalive: boolean): Promise<Delivery> => {
  try {
    const attempt = new AbortController()
    if (!keepalive) later = attempt
    setTimeout(() => {
      attempt.abort()
    }, PATIENCE)
    if (isReplaced) return UNREADABLE
    const asked = fetch(endpoint, {
      method: 'POST',
      body,
      keepalive,
      credentials: 'omit',
      redirect: 'error',
      signal: attempt.signal,
    }) as Promise<Response> | undefined
    isReplaced = !asked?.then
    const answer = await asked
    if (!answer || isReplaced) return UNREADABLE
    const reason = `${answer.status} ${answer.headers.get('content-type') ?? 'without a type'}`
    // The page of a single-page site's fallback or of a captive portal is no receipt, whatever its status. An answer
    // that a service worker made up offline is no receipt either: it has the request's own address, but never the type
    // of an answer from another origin (Fetch, 2.2.6; the same in Chromium 150, Firefox and WebKit).
    const isMadeUp = answer.type !== 'cors' && !navigator.onLine
    if (/^20[0124](?!.*html)/.test(reason) && !isMadeUp) return { outcome: 'accepted', reason }
    if (/^4(00|13|22)(?!.*html)/.test(reason)) return { outcome: 'rejected', reason: await answer.text() }
    return { outcome: 'retry', reason, wait: readWait(String(answer.headers.get('retry-after'))) }
  } catch (error) {
    // Chromium 156 fails all requests of a page that is left, but sends these. Such a page runs no timers.
    if (keepalive) await new Promise((resolve) => setTimeout(resolve))
    // Offline, blocked, no CORS header, a redirect, no answer in time, or none at all: a page cannot know which.
    return error ? UNREADABLE : { outcome: 'retry', reason: '' }
  }
}
