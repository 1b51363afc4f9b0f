import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { serve } from './server'

/** One request as it reached the receiver. */
export type Received = { readonly key: string; readonly body: string; readonly headers: IncomingMessage['headers'] }

type Answer = (response: ServerResponse, received: Received, count: number) => void

/**
 * The path of a receiver. No other program knows it: a page of another test may still call an endpoint that had the
 * receiver's port before.
 */
export const ownPath = (): string => `/${randomUUID()}`

/** A receiver that keeps its requests. `answer` answers the count-th request, by default with `204`. */
export const startReceiver = async (answer: Answer = (response) => void response.writeHead(204).end()) => {
  const requests: Received[] = []
  const path = ownPath()
  const origin = await serve((request, response) => {
    void (async () => {
      if (request.method === 'HEAD' || request.url !== path) {
        response.writeHead(405).end()
        return
      }
      const { headers } = request
      const received = { key: String(headers['idempotency-key']), body: await text(request), headers }
      requests.push(received)
      answer(response, received, requests.length)
    })()
  })
  /** The bodies in the order of their first arrival. */
  const bodies = (): readonly string[] => [...new Map(requests.map(({ key, body }) => [key, body])).values()]
  return { url: origin + path, requests, bodies }
}
