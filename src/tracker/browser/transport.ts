import { now, readTime } from './clock'

/** What became of one attempt. */
export type Delivery = {
  /**
   * `accepted`: in durable storage. `rejected`: it can never be taken. `retry`: the endpoint's
   * trouble, not the event's.
   */
  readonly outcome: 'accepted' | 'rejected' | 'retry'
  /** What the endpoint answered; `''` when it was not waited for. */
  readonly reason: string
  /** For how many milliseconds the endpoint asked not to be tried. */
  readonly wait?: number
}

/** A network that swallows the request would hold one of the page's six connections for ever. Milliseconds. */
const PATIENCE = 30_000

/** The attempt under way that does not outlive its page: one at a time. */
let later: AbortController | undefined

/** Ends a later attempt that is under way, for no reason of the endpoint's. A first one cannot be taken back. */
export const abortLater = (): void => later?.abort('')

/**
 * Whether the page has something of its own in place of `fetch`: that is not called with the endpoint's address again.
 * One that wraps the platform's is what the page, or its test, wants, and used as it is.
 */
let isReplaced = false

const UNREADABLE: Delivery = { outcome: 'retry', reason: 'unreadable' }

/** `Retry-After` is a number of seconds or a date (RFC 9110, 10.2.3). */
const readWait = (header: string) => +header * 1000 || readTime(header) - now()

/**
 * Makes one request of one body, before it returns, and resolves to what became of it. Never rejects.
 *
 * A string goes as `text/plain`, which needs no preflight (Fetch, 2.2.2). Without cookies: an endpoint on the site's
 * own domain would get every session. No redirect: it would turn the `POST` into a `GET`. `keepalive` lets it outlive
 * the page, and is limited to 64 KiB for all scripts of the page together (Fetch, 4.6), so it is for what may be the
 * last chance.
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
    // A single-page site's fallback or a captive portal's page is nobody's receipt, whatever its status.
    // Nor is what a service worker made up while the network is away: it has the request's own address, but never the
    // type of an answer from another origin (Fetch, 2.2.6; the same in Chromium 150, Firefox and WebKit).
    const isMadeUp = answer.type !== 'cors' && !navigator.onLine
    if (/^20[0124](?!.*html)/.test(reason) && !isMadeUp) return { outcome: 'accepted', reason }
    if (/^4(00|13|22)(?!.*html)/.test(reason)) return { outcome: 'rejected', reason: await answer.text() }
    return { outcome: 'retry', reason, wait: readWait(String(answer.headers.get('retry-after'))) }
  } catch (error) {
    // Chromium 156 fails all requests of a page that goes, and sends these all the same: such a page has no timers.
    if (keepalive) await new Promise((resolve) => setTimeout(resolve))
    // Offline, blocked, no CORS header, a redirect, no answer in time, or none at all: a page cannot know which.
    return error ? UNREADABLE : { outcome: 'retry', reason: '' }
  }
}
