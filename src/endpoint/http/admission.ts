import type { IncomingMessage, ServerResponse } from 'node:http'
import { answerProblem } from './answer'
import { clientOf } from './client'
import type { Counted } from './metrics'
import { createRateLimit } from './rate-limit'

/** Who may send events, and how many. */
export type GuardOptions = {
  /**
   * The sites whose pages may send events, as in `https://shop.example`; without them, all sites. A request without an
   * `Origin` comes from no page, and is let through.
   */
  readonly allowedOrigins?: readonly string[]
  /**
   * Events that one client may send in a minute; 0 for any number.
   * @default 0
   */
  readonly rateLimit?: number
  /**
   * How many proxies of one's own stand before the endpoint, each of which adds to `X-Forwarded-For`.
   * @default 0
   */
  readonly trustedProxies?: number
}

/** Seconds until a sender may come again: enough for a database to restart, short enough for a page to be still open. */
export const comeAgain = 5

/** Answers that the event could not be taken for now. */
export const answerUnavailable = (response: ServerResponse): void => {
  response.setHeader('Retry-After', comeAgain)
  answerProblem(response, 503, 'could not be stored, and can be sent again')
}

/** Returns what turns requests away before their bodies are read, and says why; `undefined` when they may go on. */
export const createGuard = (
  { allowedOrigins, rateLimit = 0, trustedProxies = 0 }: GuardOptions,
  isClosed: () => boolean,
) => {
  const secondsToWait = createRateLimit(rateLimit)

  return (request: IncomingMessage, response: ServerResponse): Counted | undefined => {
    const { origin } = request.headers
    if (allowedOrigins !== undefined && origin !== undefined && !allowedOrigins.includes(origin)) {
      answerProblem(response, 403, 'comes from a site that is not among ALLOWED_ORIGINS')
      return 'forbidden'
    }
    const wait = rateLimit === 0 ? 0 : secondsToWait(clientOf(request, trustedProxies))
    if (wait > 0) {
      response.setHeader('Retry-After', wait)
      answerProblem(response, 429, 'comes too often, and can be sent again later')
      return 'limited'
    }
    if (!isClosed()) return undefined
    answerUnavailable(response)
    return 'unavailable'
  }
}
