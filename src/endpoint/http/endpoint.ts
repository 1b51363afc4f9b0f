import type { FastifyInstance } from 'fastify'
import { logTrouble, type Log } from '../log'
import { createCommitLog, createCommitter, type Commit } from '../store/commit'
import { startForward, type ForwardTo } from '../forward/start'
import { openStore, type StorePlace } from '../store/open'
import { startRetention } from '../store/retention'
import type { Store } from '../store/store'
import { comeAgain, guardAdmission, type AdmissionOptions } from './admission'
import { allowOnly } from './answer'
import { addCors, collection, createApp, type AppOptions } from './app'
import { addHealth } from './health'
import { addIngest } from './ingest'
import { createMetrics } from './metrics'
import { addOperator } from './operator'
import { addPage } from './page'
import { addScript, type ScriptOptions } from './script'
import { createStream } from './stream'

/**
 * The endpoint as a Fastify app. `listen` serves it alone, and `routing(request, response)` answers for it in another
 * server. `close` commits and answers the events that arrived, ends the streams and closes the store.
 */
export type Endpoint = FastifyInstance

/** The options of an endpoint, without those of its store. */
export type HandlerOptions = AppOptions &
  AdmissionOptions & {
    /** The token that reading needs as `Authorization: Bearer`; without it, only this machine may read. */
    readonly readToken?: string
    /** Events received longer ago are deleted; without it, none are. */
    readonly retentionDays?: number
    /** The tracker to serve as `/wasabi.js`; without it, none is served. */
    readonly script?: ScriptOptions
    /** The folder of the operator's page, served at `/`; without it, no page is served. */
    readonly page?: string
    /** The receiver that events are forwarded to; without it, nothing is forwarded. */
    readonly forwardTo?: ForwardTo
  }

/** All options of an endpoint. */
export type EndpointOptions = HandlerOptions & StorePlace

/** Creates the parts of an endpoint. */
const createParts = (store: Store, log: Log) => {
  let closing = false
  let failedAt = -Infinity
  const stream = createStream(store.entries)
  const logCommit = createCommitLog(log)

  const onCommit = ({ arrivals, outcomes, error, seconds }: Commit): void => {
    logCommit(error)
    if (error !== undefined) failedAt = performance.now()
    metrics.commit(seconds)
    for (const outcome of outcomes) metrics.count(outcome ?? 'unavailable')
    if (error === undefined) stream.report(arrivals, outcomes)
    else metrics.count('unavailable', arrivals.length)
  }
  const committer = createCommitter(store, onCommit)
  // Without the lags, the other figures are still reported: they are needed most while the store is away.
  const lags = () => store.forward.lags(Date.now()).catch(() => [])
  const metrics = createMetrics({ queued: committer.queued, streams: stream.count, lags })

  return {
    stream,
    committer,
    metrics,
    lags,
    isClosed: (): boolean => closing || committer.isFull(),
    check: async (): Promise<void> => {
      // On a full disk a small commit may succeed where a larger one has just failed.
      if (closing || performance.now() - failedAt < comeAgain * 1000) throw new Error('accepts no events')
      await store.check()
    },
    end: (): Promise<void> => {
      closing = true
      return stream.end()
    },
  }
}

/** The routes that pages use, and the answers to their wrong paths and methods. */
const addPublic = async (
  app: FastifyInstance,
  { committer, metrics, isClosed, check, lags }: ReturnType<typeof createParts>,
  options: HandlerOptions,
): Promise<void> => {
  await addCors(app)
  await app.register(async (events) => {
    await guardAdmission(events, { ...options, isClosed, count: metrics.count })
    addIngest(events, collection, committer.add)
  })
  addHealth(app, { check, lags })
  const { script } = options
  if (script) await app.register((scripts) => addScript(scripts, script))
  allowOnly(app, collection, ['GET', 'HEAD', 'POST', 'OPTIONS'])
  allowOnly(app, `${collection}/*`, ['GET', 'HEAD', 'OPTIONS'])
  allowOnly(app, '/metrics', ['GET', 'HEAD'])
  allowOnly(app, '/customers/*', ['DELETE'])
  allowOnly(app, '/erased', ['GET', 'HEAD'])
  allowOnly(app, '/erased/*', ['GET', 'HEAD', 'DELETE'])
}

/** Creates an endpoint over an open store. */
export const createHandler = async (store: Store, options: HandlerOptions = {}): Promise<Endpoint> => {
  const { log = logTrouble, retentionDays, readToken } = options
  const parts = createParts(store, log)
  const { page, forwardTo } = options
  const { stream, metrics, committer } = parts
  const app = createApp(options)
  await app.register((pages) => addPublic(pages, parts, options))
  if (page !== undefined) await app.register((operator) => addPage(operator, page, readToken))
  const reading = { store, log, follow: stream.open, registry: metrics.registry }
  await app.register((operator) =>
    addOperator(operator, collection, { ...reading, ...(readToken !== undefined && { readToken }) }),
  )

  const stopRetention =
    retentionDays === undefined ? undefined : startRetention(store, retentionDays, { log, onExpired: metrics.expired })
  const stopForward = forwardTo && startForward(store, forwardTo, log)
  let idleCloser: NodeJS.Timeout | undefined
  app.addHook('preClose', async () => {
    // A page that keeps sending requests keeps its connection, and a server waits for all connections to end.
    idleCloser = setInterval(() => {
      app.server.closeIdleConnections()
    }, 50).unref()
    stopRetention?.()
    await stopForward?.()
    await parts.end()
  })
  app.addHook('onClose', async () => {
    clearInterval(idleCloser)
    await committer.drained()
    await store.close()
  })
  await app.ready()
  return app
}

/**
 * Creates an endpoint over its own store. Rejects with a sentence that says what to do when the store cannot be used.
 *
 * @example
 * const endpoint = await createEndpoint({ elsewhere: (_, response) => response.writeHead(404).end() })
 * createServer((request, response) => endpoint.routing(request, response))
 */
export const createEndpoint = async (options: EndpointOptions = {}): Promise<Endpoint> =>
  createHandler(await openStore(options), options)
