import { METHODS, type RequestListener } from 'node:http'
import cors from '@fastify/cors'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { logTrouble, type Log } from '../log'
import { answerProblem, createErrorAnswer } from './answer'

/** What stands around the routes. */
export type AppOptions = {
  /**
   * How many proxies of one's own stand before the endpoint, each of which adds to `X-Forwarded-For`.
   * @default 0
   */
  readonly trustedProxies?: number
  /**
   * Answers requests for other paths, when the endpoint shares a server.
   * @default `404`
   */
  readonly elsewhere?: RequestListener
  /**
   * Takes the endpoint's log lines.
   * @default lines of JSON to the error output, for what goes wrong
   */
  readonly log?: Log
}

/** Where events go. */
export const collection = '/customer-actions'

/** A slow sender is cut off: an event is less than a packet or two. All in milliseconds. */
const limits = {
  requestTimeout: 10_000,
  // Longer than the minute for which proxies keep a connection, or they send into one that is being closed.
  keepAliveTimeout: 65_000,
  // Node looks every 30 s by default, and the limits are true then only.
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
    // A page with a wrong path can read at least that.
    reply.header('Access-Control-Allow-Origin', '*')
    answerProblem(reply, 404, `nothing here: events go to ${collection}`)
  }
  const app = fastify({
    ...limits,
    trustProxy: trustedProxies > 0 && ((_, hop) => hop < trustedProxies),
    // An answer of our own, which pages can read and which says when to come again.
    return503OnClosing: false,
    exposeHeadRoutes: true,
    routerOptions: {
      // An id may be as long as a request's head.
      maxParamLength: 16_384,
      // An event has no query, and need not pay for reading one.
      querystringParser: (text) => (text === '' ? {} : Object.fromEntries(new URLSearchParams(text))),
    },
    // A percent sign without two digits is no name, and must not erase half a name.
    frameworkErrors: (_, request, reply) => {
      if (/^\/(?:customers|erased)\//.test(request.raw.url ?? ''))
        answerProblem(reply, 400, 'is no path: write % as %25')
      else answerElsewhere(request, reply)
    },
  })
  // Each method that Node reads, so that a path can say which ones it takes.
  for (const method of METHODS)
    if (method !== 'CONNECT' && !app.supportedMethods.includes(method)) app.addHttpMethod(method)
  // A body is JSON whatever its type says, also where that is no type at all: the route reads it itself.
  app.addHttpMethod('POST', { hasBody: false, overrideExisting: true })
  app.removeAllContentTypeParsers()
  app.setErrorHandler(createErrorAnswer(log))
  app.setNotFoundHandler(answerElsewhere)
  return app
}

/** Lets a page of any origin read the answer, and when to come again. Cookies stay out of it: `*` forbids them. */
export const addCors = async (app: FastifyInstance): Promise<void> => {
  await app.register(cors, {
    origin: '*',
    methods: 'POST',
    allowedHeaders: '*',
    exposedHeaders: 'Retry-After',
    maxAge: 86_400,
    // Only where events are taken: the app may share a server with paths that want to be asked themselves.
    preflight: false,
    strictPreflight: false,
  })
  for (const path of [collection, `${collection}/*`])
    app.options(path, { config: { cors: { preflight: true } } }, (_, reply) => reply.code(204).send())
}
