import type { CustomerAction } from '../../src/contract/customer-action'
import {
  createServer,
  type IncomingHttpHeaders,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { createEndpoint } from '../../src/endpoint/http/endpoint'

/** The state of the host between the page and the endpoint: up, or one of the ways in which hosts and networks fail. */
export type Weather =
  | 'up'
  | 'hangs'
  /** The endpoint stores the event, and its answer is lost. */
  | 'loses answers'
  /** The endpoint stores the event, but a proxy removes the CORS header of its answer. */
  | 'sends no cors header'
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }

/** One request as it arrived. */
export type Arrival = {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly at: number
}

const CORS = { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'Retry-After' }

export const portOf = (server: Server): number => (server.address() as AddressInfo).port

const used = new Set<number>()

/** Listens on a port that no test here has used, whose origin has no storage yet, or on the one it had before. */
export const listen = async (listener: RequestListener, port = 0): Promise<Server> => {
  const server = createServer(listener)
  await new Promise<void>((resolve, reject) => server.on('error', reject).listen(port, '127.0.0.1', resolve))
  if (port || !used.has(portOf(server))) {
    used.add(portOf(server))
    return server
  }
  const other = await listen(listener)
  await shut(server)
  return other
}

/** For a program that cannot be asked for any free port. */
export const freePort = async (): Promise<number> => {
  const server = await listen(() => undefined)
  const port = portOf(server)
  await shut(server)
  return port
}

export const shut = async (server: Server): Promise<void> => {
  const closed = new Promise((resolve) => server.close(resolve))
  server.closeAllConnections()
  await closed
}

/** The real endpoint over a real store, behind a host that fails on demand and counts its arrivals. */
export const startEndpoint = async (file = ':memory:') => {
  const endpoint = await createEndpoint({ file })
  const real = await listen((request, response) => {
    endpoint.routing(request, response)
  })
  const origin = `http://127.0.0.1:${portOf(real)}`
  const arrivals: Arrival[] = []
  const watchers = new Set<() => void>()
  let weather: (arrival: Arrival) => Weather | Promise<Weather> = () => 'up'

  const forward = async (arrival: Arrival, response: ServerResponse, now: Weather) => {
    const { method, body } = arrival
    const answer = await fetch(`${origin}/customer-actions`, { method, ...(method === 'POST' && { body }) })
    if (now === 'loses answers') {
      response.destroy()
      return
    }
    const headers = Object.fromEntries(answer.headers)
    if (now === 'sends no cors header') delete headers['access-control-allow-origin']
    response.writeHead(answer.status, headers).end(await answer.text())
  }

  const host: RequestListener = async (request, response) => {
    const arrival = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body: await text(request).catch(() => ''),
      at: Date.now(),
    }
    arrivals.push(arrival)
    const now = await weather(arrival)
    if (typeof now === 'object') response.writeHead(now.status, { ...CORS, ...now.headers }).end(now.body)
    else if (now !== 'hangs') {
      // The test may end, and its endpoint with it, while a page still sends.
      await forward(arrival, response, now).catch(() => response.destroy())
    }
    for (const look of watchers) look()
  }

  let front = await listen(host)
  const port = portOf(front)

  const stored = async (): Promise<readonly CustomerAction[]> => {
    const answer = await fetch(`${origin}/customer-actions?limit=1000`)
    const { events } = (await answer.json()) as { events: { event: CustomerAction }[] }
    return events.map(({ event }) => event)
  }

  const until = (enough: (events: readonly CustomerAction[]) => boolean) =>
    new Promise<readonly CustomerAction[]>((resolve) => {
      const look = () => {
        if (!watchers.has(look)) return
        void stored()
          .then((events) => {
            if (!enough(events)) return
            watchers.delete(look)
            resolve(events)
          })
          // The test is over, and its endpoint gone.
          .catch(() => watchers.delete(look))
      }
      watchers.add(look)
      look()
    })

  return {
    url: `http://127.0.0.1:${port}/customer-actions`,
    arrivals,
    stored,

    /** Makes the host fail, or work again. If `next` returns a promise, the request waits for it. */
    weather(next: Weather | ((arrival: Arrival) => Weather | Promise<Weather>)) {
      weather = typeof next === 'function' ? next : () => next
    },

    /** Stops listening: connections are refused. */
    goAway: () => shut(front),

    async comeBack() {
      front = await listen(host, port)
    },

    /** Waits, without a clock, until this many requests have arrived and are finished. */
    arrived: (count: number) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (arrivals.length < count) return
          watchers.delete(look)
          resolve()
        }
        watchers.add(look)
        look()
      }),

    /** Waits until this many events are stored, and returns them. */
    holds: (count: number) => until((events) => events.length >= count),

    /** The same, of new actions only: corrections are not counted. */
    created: (count: number) =>
      until((events) => events.filter(({ eventAction }) => eventAction === 'CREATED').length >= count),

    async close() {
      if (front.listening) await shut(front)
      await endpoint.close()
      await shut(real)
    },
  }
}
