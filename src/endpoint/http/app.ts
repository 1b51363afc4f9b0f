import { METHODS, type RequestListener } from 'node:http'
import cors from '@fastify/cors'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { logTrouble, type Log } from '../log'
import { answerProblem, createErrorAnswer } from './answer'

/** The options of the app around the routes. */
export type AppOptions = {
  /**
   * How many of the operator's own proxies are in front of the endpoint. Each of them adds to `X-Forwarded-For`.
   * @default 0
   */
  readonly trustedProxies?: number
  /**
   * Answers requests for other paths, when the endpoint shares a server.
   * @default `404`
   */
  readonly elsewhere?: RequestListener
  /**
   * Writes the endpoint's log lines.
   * @default lines of JSON to the error output, for trouble only
   */
  readonly log?: Log
}

/** The path that events are sent to. */
export const collection = '/customer-actions'

/** All in milliseconds. A slow sender is cut off: an event fits into a packet or two. */
const limits = {
  requestTimeout: 10_000,
  // Longer than the minute for which proxies keep a connection. Otherwise they use one that is being closed.
  keepAliveTimeout: 65_000,
  // Node checks the limits every 30 s by default, and enforces them only then.
  http: { headersTimeout: 5000, connectionsCheckingInterval: 1000 },
}

/** Creates the app without its routes. */
export const createApp = ({ trustedProxies = 0, elsewhere, log = logTrouble }: AppOptions): FastifyInstance => {
  const answerElsewhere = (request: FastifyRequest, reply: FastifyReply): void => {
    if (elsewhere !== undefined) {
      reply.hijack()
      elsewhere(request.raw, reply.raw)
      return
    }
    // Lets a page with a wrong path read this answer.
    reply.header('Access-Control-Allow-Origin', '*')
    answerProblem(reply, 404, `nothing here: events go to ${collection}`)
  }
  const app = fastify({
    ...limits,
    trustProxy: trustedProxies > 0 && ((_, hop) => hop < trustedProxies),
    // The endpoint's own answer is used instead: pages can read it, and it says when to try again.
    return503OnClosing: false,
    exposeHeadRoutes: true,
    routerOptions: {
      // An id may be as long as a request's head.
      maxParamLength: 16_384,
      // A request with an event has no query, and should not cost the time to parse one.
      querystringParser: (text) => (text === '' ? {} : Object.fromEntries(new URLSearchParams(text))),
    },
    // A percent sign without two digits makes a path invalid. No erasure may apply to a part of an id.
    frameworkErrors: (_, request, reply) => {
      if (/^\/(?:customers|erased)\//.test(request.raw.url ?? ''))
        answerProblem(reply, 400, 'is no path: write % as %25')
      else answerElsewhere(request, reply)
    },
  })
  // Adds each method that Node parses, so that a path can answer which ones it allows. None has a body to parse: that
  // of an event is JSON whatever its Content-Type, and its route reads it. The other routes ignore bodies.
  for (const method of METHODS)
    if (method !== 'CONNECT') app.addHttpMethod(method, { hasBody: false, overrideExisting: true })
  app.removeAllContentTypeParsers()
  app.setErrorHandler(createErrorAnswer(log))
  app.setNotFoundHandler(answerElsewhere)
  return app
}

/** Lets a page of any origin read the answer and its `Retry-After`. Cookies are excluded: `*` forbids them. */
export const addCors = async (app: FastifyInstance): Promise<void> => {
  await app.register(cors, {
    origin: '*',
    methods: 'POST',
    allowedHeaders: '*',
    exposedHeaders: 'Retry-After',
    maxAge: 86_400,
    // Only for the paths of events: the app may share a server with paths that answer preflights themselves.
    preflight: false,
    strictPreflight: false,
  })
  for (const path of [collection, `${collection}/*`])
    app.options(path, { config: { cors: { preflight: true } } }, (_, reply) => reply.code(204).send())
}
