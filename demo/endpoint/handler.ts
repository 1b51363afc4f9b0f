import type { IncomingMessage, ServerResponse } from 'node:http'
import { allowAnyOrigin, answerNothing, answerProblem } from './answer'
import { createCommitter } from './commit'
import { createReader } from './read'
import { isCursor, type Store } from './store'
import { createStream } from './stream'
import { createTaker } from './take'

/** The endpoint as a request listener that can stand beside others in one `node:http` server. */
export type Endpoint = {
  /** Answers a request for one of the endpoint's paths. `false` says: another path, nothing done. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => boolean
  /** Ends the streams, which would keep a server from closing. */
  readonly endStreams: () => void
  /** Commits and answers what was taken, ends the streams and closes the store. Later events are answered `503`. */
  readonly close: () => Promise<void>
}

const collection = '/customer-actions'

const decode = (segment: string): string | undefined => {
  try {
    return decodeURIComponent(segment)
  } catch {
    // A percent sign that stands for nothing names nothing.
    return undefined
  }
}

const answerPreflight = (response: ServerResponse): void => {
  response.setHeader('Access-Control-Allow-Methods', 'POST')
  response.setHeader('Access-Control-Allow-Headers', '*')
  response.setHeader('Access-Control-Max-Age', 86_400)
  answerNothing(response, 204)
}

const answerNotAllowed = (response: ServerResponse, allowed: string): void => {
  response.setHeader('Allow', allowed)
  answerProblem(response, 405, `takes ${allowed} only`)
}

/** Joins the endpoint's parts over a store. */
export const createHandler = (store: Store): Endpoint => {
  const stream = createStream(store.entries)
  const committer = createCommitter(store, ({ arrivals, outcomes, error }) => {
    if (error === undefined) stream.tell(arrivals, outcomes)
    else console.error('wasabi: could not commit,', error)
  })
  const take = createTaker(committer.add)
  const reader = createReader(store)

  const follow = async (request: IncomingMessage, response: ServerResponse, query: URLSearchParams): Promise<void> => {
    const seen = request.headers['last-event-id'] ?? query.get('after')
    const from = typeof seen === 'string' && isCursor(seen) ? seen : await store.newest()
    stream.open(response, from)
  }

  const read = (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [path = '', query] = (request.url ?? '').split('?', 2)
    const asked = new URLSearchParams(query)
    if (path === collection) return reader.list(request, response, asked)
    // Compared as written, so that an interaction of this name can still be asked for, as %73tream.
    if (path === `${collection}/stream`) return follow(request, response, asked)
    return reader.interaction(response, decode(path.slice(collection.length + 1)) ?? '')
  }

  const answerRead = (request: IncomingMessage, response: ServerResponse): void => {
    read(request, response).catch((error: unknown) => {
      if (response.destroyed) return
      console.error('wasabi: could not read,', error)
      if (response.headersSent) response.destroy()
      else answerProblem(response, 503, 'the store cannot be read at the moment')
    })
  }

  const handle = (request: IncomingMessage, response: ServerResponse): boolean => {
    const { method, url = '' } = request
    const [path = ''] = url.split('?', 1)
    const isCollection = path === collection
    if (!isCollection && !path.startsWith(`${collection}/`)) return false

    const isRead = method === 'GET' || method === 'HEAD'
    if (!isRead) allowAnyOrigin(response)
    if (isRead) answerRead(request, response)
    else if (method === 'OPTIONS') answerPreflight(response)
    else if (method === 'POST' && isCollection) take(request, response)
    else answerNotAllowed(response, isCollection ? 'GET, HEAD, POST, OPTIONS' : 'GET, HEAD')
    return true
  }

  return {
    handle,
    endStreams: stream.end,
    close: async () => {
      stream.end()
      await committer.drained()
      await store.close()
    },
  }
}
