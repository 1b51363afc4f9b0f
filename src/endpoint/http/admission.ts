import { isIP } from 'node:net'
import rateLimit, { normalizeIP } from '@fastify/rate-limit'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { answerProblem } from './answer'
import type { Counted } from './metrics'

/** The limits for senders: which sites may send events, and how many. */
export type AdmissionOptions = {
  /**
   * The sites whose pages may send events, as in `https://shop.example`; without them, all sites. A request without an
   * `Origin` is not from a page, and is accepted.
   */
  readonly allowedOrigins?: readonly string[]
  /**
   * Events that one client may send in a minute; 0 for any number.
   * @default 0
   */
  readonly rateLimit?: number
}

/** The most clients that are remembered, the latest ones: some megabytes. */
const mostClients = 50_000

/** Seconds until a sender may try again: enough for a database to restart, short enough for a page to be still open. */
export const comeAgain = 5

/** Answers that the event cannot be stored for now. */
export const answerUnavailable = (reply: FastifyReply): FastifyReply =>
  answerProblem(reply.header('Retry-After', comeAgain), 503, 'could not be stored, and can be sent again')

/** An address as proxies write it: alone, with a port, or in brackets. */
const addressIn = (written: string): string | undefined => {
  const [, bracketed, plain] = /^\[([^\]]+)\](?::\d+)?$|^([\d.]+)(?::\d+)?$/.exec(written) ?? []
  const address = bracketed ?? plain ?? written
  return isIP(address) === 0 ? undefined : address
}

/**
 * Identifies the sender of a request by its address. Of an IPv6 address, only the first 64 bits count: a household or a
 * host has all addresses with these bits, and can change the rest. Clients behind a proxy that names no address count
 * as that proxy.
 */
export const clientOf = ({ ip, socket }: Pick<FastifyRequest, 'ip' | 'socket'>): string =>
  normalizeIP(addressIn(ip) ?? socket.remoteAddress ?? '', 64)

/** The limits for senders, with the state of the endpoint and a counter of refused requests. */
export type Admission = AdmissionOptions & {
  readonly isClosed: () => boolean
  readonly count: (counted: Counted) => void
}

const addRateLimit = async (app: FastifyInstance, max: number, count: Admission['count']): Promise<void> => {
  await app.register(rateLimit, {
    max,
    timeWindow: 60_000,
    cache: mostClients,
    keyGenerator: clientOf,
    addHeadersOnExceeding: { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false },
    addHeaders: { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false },
    onExceeded: () => {
      count('limited')
    },
    errorResponseBuilder: () =>
      Object.assign(new Error('is one of too many from this client, and can be sent again later'), { statusCode: 429 }),
  })
}

/** Refuses events of a scope before their bodies are read, and says why. */
export const guardAdmission = async (
  app: FastifyInstance,
  { allowedOrigins, rateLimit: perMinute = 0, isClosed, count }: Admission,
): Promise<void> => {
  app.addHook('onRequest', ({ headers: { origin } }, reply, next) => {
    if (allowedOrigins !== undefined && origin !== undefined && !allowedOrigins.includes(origin)) {
      count('forbidden')
      answerProblem(reply, 403, 'is from a site that is not among ALLOWED_ORIGINS')
    } else if (isClosed()) {
      count('unavailable')
      answerUnavailable(reply)
    } else next()
  })
  if (perMinute > 0) await addRateLimit(app, perMinute, count)
}
