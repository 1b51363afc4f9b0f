/** What became of one attempt. */
export type Delivery =
  /** The endpoint has it in durable storage. */
  | { readonly outcome: 'accepted' }
  /** The endpoint will never take it. */
  | { readonly outcome: 'rejected'; readonly reason: string }
  /** The endpoint's trouble, not the event's. `wait`: milliseconds that the endpoint asked for. */
  | { readonly outcome: 'retry'; readonly reason: string; readonly wait: number }

/** A proxy or a network that swallows the request would hold one of the page's six connections for ever. */
const PATIENCE = 30_000

/** A day: longer is a mistake, and a timer beyond 2³¹ ms fires at once (HTML, 8.6). */
const LONGEST_WAIT = 86_400_000

/** `Retry-After` is a number of seconds or a date (RFC 9110, 10.2.3). */
const readWait = (header: string | null) => {
  const wait = header && (/^\d+$/.test(header) ? +header * 1000 : Date.parse(header) - Date.now())
  return Math.min(Math.max(wait || 0, 0), LONGEST_WAIT)
}

const readAnswer = async (answer: Response): Promise<Delivery> => {
  const { status, headers } = answer
  // A single-page site's fallback or a captive portal's page is nobody's receipt, whatever its status.
  const page = headers.get('content-type')?.includes('text/html')
  if (page || ![200, 201, 202, 204, 400, 413, 422].includes(status)) {
    return { outcome: 'retry', reason: page ? 'an HTML page' : `status ${status}`, wait: readWait(headers.get('retry-after')) }
  }
  return status < 300 ? { outcome: 'accepted' } : { outcome: 'rejected', reason: await answer.text().catch(() => `status ${status}`) }
}

/**
 * Makes one request of one body, before it returns, and tells what became of it. Never rejects.
 *
 * A string goes as `text/plain`, which needs no preflight (Fetch, 2.2.2). Without cookies: an endpoint on the site's own domain would get
 * every session. No redirect: it would turn the `POST` into a `GET`. `keepalive` lets it outlive the page, and is limited to 64 KiB
 * for all scripts of the page together (Fetch, 4.6), so it is for what may be the last chance.
 */
export const deliver = async (endpoint: string, body: string, keepalive: boolean): Promise<Delivery> => {
  const patience = new AbortController()
  const timer = setTimeout(() => {
    patience.abort()
  }, PATIENCE)
  try {
    const { signal } = patience
    return await readAnswer(await fetch(endpoint, { method: 'POST', body, keepalive, credentials: 'omit', redirect: 'error', signal }))
  } catch {
    return { outcome: 'retry', reason: '', wait: 0 } // Offline, blocked, no CORS header, a redirect, or no answer: a page cannot tell.
  } finally {
    clearTimeout(timer)
  }
}
