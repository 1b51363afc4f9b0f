import type { IncomingMessage, ServerResponse } from 'node:http'
import { allowAnyOrigin, answerNotAllowed, answerPreflight } from './answer'
import { createCommitter, type Commit } from '../store/commit'
import { createCommitLog } from '../store/commit-log'
import { comeAgain, createGuard, type GuardOptions } from './admission'
import { createHealth } from './health'
import { logTrouble, type Log } from '../log'
import { createMetrics } from './metrics'
import { createOperator } from './operator'
import { startRetention } from '../store/retention'
import { createScript, type ScriptOptions } from './script'
import type { Store } from '../store/store'
import { createStream } from './stream'
import { createTaker } from './ingest'

/** The endpoint as a request listener that can stand beside others in one `node:http` server. */
export type Endpoint = {
  /** Answers a request for one of the endpoint's paths. `false` says: another path, nothing done. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => boolean
  /** Ends the streams, which would keep a server from closing. */
  readonly endStreams: () => void
  /** Commits and answers what was taken, ends the streams and closes the store. Later events are answered `503`. */
  readonly close: () => Promise<void>
}

/** How an endpoint behaves, whatever its store. */
export type HandlerOptions = GuardOptions & {
  /** What reading needs in its `Authorization: Bearer`; without it, reading is for this machine only. */
  readonly readToken?: string
  /** Events received longer ago are deleted; without it, none are. */
  readonly retentionDays?: number
  /** The tracker to serve as `/wasabi.js`; without it, it is not served. */
  readonly script?: ScriptOptions
  /**
   * Takes the endpoint's log lines.
   * @default lines of JSON to the error output, for what goes wrong
   */
  readonly log?: Log
}

const collection = '/customer-actions'

/** Joins the endpoint's parts over a store. */
export const createHandler = (store: Store, options: HandlerOptions = {}): Endpoint => {
  const { log = logTrouble, retentionDays, readToken } = options
  let closing = false
  let failedAt = -Infinity
  const metrics = createMetrics()
  const stream = createStream(store.entries)
  const logCommit = createCommitLog(log)

  const onCommit = ({ arrivals, outcomes, error, seconds }: Commit): void => {
    logCommit(error)
    if (error !== undefined) failedAt = performance.now()
    metrics.commit(seconds)
    outcomes.forEach((outcome) => {
      metrics.count(outcome)
    })
    if (error === undefined) stream.tell(arrivals, outcomes)
    else metrics.count('unavailable', arrivals.length)
  }

  const committer = createCommitter(store, onCommit)
  const turnAway = createGuard(options, () => closing || committer.isFull())
  const take = createTaker(committer.add)
  const health = createHealth(async () => {
    // On a full disk a small commit may succeed where a larger one has just failed.
    if (closing || performance.now() - failedAt < comeAgain * 1000) throw new Error('takes no events')
    await store.check()
  })
  const script = options.script && createScript(options.script)
  const stopRetention = retentionDays === undefined ? undefined : startRetention(store.expire, retentionDays, log)
  const operate = createOperator(
    {
      store,
      log,
      follow: stream.open,
      metrics: () => metrics.text({ queued: committer.queued(), streams: stream.count() }),
    },
    readToken,
  )

  const post = (request: IncomingMessage, response: ServerResponse): void => {
    const counted = turnAway(request, response)
    if (counted === undefined) take(request, response)
    else metrics.count(counted)
  }

  const handleActions = (request: IncomingMessage, response: ServerResponse, path: string): void => {
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    if (isRead) {
      operate(request, response, path)
      return
    }
    allowAnyOrigin(response)
    if (request.method === 'OPTIONS') answerPreflight(response)
    else if (request.method === 'POST' && path === collection) post(request, response)
    else answerNotAllowed(response, ['GET', 'HEAD', ...(path === collection ? ['POST', 'OPTIONS'] : [])])
  }

  /** For everybody to read. An event that is sent here by mistake must not be answered as if it had been taken. */
  const answerPublic = (request: IncomingMessage, response: ServerResponse, path: string): void => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      allowAnyOrigin(response)
      answerNotAllowed(response, ['GET', 'HEAD'])
    } else if (path === '/health/live') health.live(response)
    else if (path === '/health/ready') void health.ready(response)
    else script?.answer(request, response, path)
  }
  const publicPaths = ['/health/live', '/health/ready', ...(script?.paths ?? [])]

  return {
    handle: (request, response) => {
      const [path = ''] = (request.url ?? '').split('?', 1)
      if (path === collection || path.startsWith(`${collection}/`)) handleActions(request, response, path)
      else if (path === '/metrics' || path.startsWith('/customers/')) operate(request, response, path)
      else if (publicPaths.includes(path)) answerPublic(request, response, path)
      else return false
      return true
    },
    endStreams: stream.end,
    close: async () => {
      closing = true
      stopRetention?.()
      stream.end()
      await committer.drained()
      await store.close()
    },
  }
}
