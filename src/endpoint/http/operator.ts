import type { IncomingMessage, ServerResponse } from 'node:http'
import { createAccess } from './access'
import { allowAnyOrigin, answerJson, answerNotAllowed, answerProblem } from './answer'
import { wordsOf, type Log } from '../log'
import { answerInteraction, answerList } from './read'
import { isCursor, type Store } from '../store/store'

/** What the operator's requests are answered from. */
export type OperatorParts = {
  readonly store: Store
  readonly follow: (response: ServerResponse, from: string) => void
  readonly metrics: () => string
  readonly log: Log
}

const decode = (segment: string): string | undefined => {
  try {
    return decodeURIComponent(segment)
  } catch {
    // A percent sign that stands for nothing names nothing.
    return undefined
  }
}

/** Answers what is for the operator only: reading, following, counting and erasing. Pages of other origins read none of it. */
export const createOperator = ({ store, follow, metrics, log }: OperatorParts, readToken: string | undefined) => {
  const denial = createAccess(readToken)

  const answerStream = async (
    { method, headers, url = '' }: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> => {
    if (method === 'HEAD') {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' }).end()
      return
    }
    const seen = headers['last-event-id'] ?? new URLSearchParams(url.split('?')[1]).get('after')
    follow(response, typeof seen === 'string' && isCursor(seen) ? seen : await store.newest())
  }

  const answerErasure = async (response: ServerResponse, customerId: string | undefined): Promise<void> => {
    if (!customerId) {
      answerProblem(response, 400, 'needs a customer id after /customers/, with what is special in a URL encoded')
      return
    }
    const events = await store.erase(customerId)
    log({ event: 'erased', events })
    answerJson(response, 200, JSON.stringify({ erased: events }))
  }

  const answerMetrics = (response: ServerResponse): void => {
    response.writeHead(200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' }).end(metrics())
  }

  // Compared as written, so that an interaction of such a name can still be asked for, as in %73tream.
  const answer = async (request: IncomingMessage, response: ServerResponse, path: string): Promise<void> => {
    const [, head, name] = path.split('/')
    if (head === 'metrics') answerMetrics(response)
    else if (head === 'customers') await answerErasure(response, decode(path.slice('/customers/'.length)))
    else if (name === undefined) await answerList(request, response, store.events)
    else if (name === 'stream') await answerStream(request, response)
    else if (name === 'refused' || name === 'conflicting')
      await answerList(request, response, (page) => store.aside(name, page))
    else await answerInteraction(response, store, decode(path.slice('/customer-actions/'.length)) ?? '')
  }

  return (request: IncomingMessage, response: ServerResponse, path: string): void => {
    const methods = path.startsWith('/customers/') ? ['DELETE'] : ['GET', 'HEAD']
    const denied = denial(request)
    if (!methods.includes(request.method ?? '')) {
      allowAnyOrigin(response)
      answerNotAllowed(response, methods)
    } else if (denied !== undefined) {
      if (denied.status === 401) response.setHeader('WWW-Authenticate', 'Bearer')
      answerProblem(response, denied.status, denied.message)
    } else {
      response.setHeader('Cache-Control', 'no-store')
      answer(request, response, path).catch((error: unknown) => {
        if (response.destroyed) return
        log({ event: 'cannot read', message: wordsOf(error) })
        if (response.headersSent) response.destroy()
        else answerProblem(response, 503, 'the store cannot be used at the moment')
      })
    }
  }
}
