import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'

/** What goes wrong between the browser and the endpoint, while a visitor wants it to. */
export const WEATHERS = ['up', 'unavailable', 'hangs', 'slow', 'drops', 'away'] as const
export type Weather = (typeof WEATHERS)[number]

/** One request for the endpoint, and what the browser got for it. */
export type Attempt = {
  readonly number: number
  /** Unix milliseconds. */
  readonly at: number
  readonly weather: Weather
  /** Of the page that sent it: each origin has an outbox of its own. */
  readonly origin: string
  readonly body: string
  /** A status; `none` if the connection ended without one; absent while the browser waits. */
  readonly answer?: number | 'none'
}

/** Long enough to be seen, short enough to be waited for. */
const SLOW = 4000
const RETRY_AFTER = 5

/** A page has six connections to a host; the rest is left to what it shows. */
const MOST_HANGING = 2

const LARGEST_BODY = 16 * 1024

/** Stands before the endpoint, and fails as hosts and networks do. Only the demo has it. */
export const createWeather = (handle: RequestListener, onAttempt: (attempt: Attempt) => void) => {
  let weather: Weather = 'up'
  let count = 0
  const hanging = new Set<ServerResponse>()

  /** Reads along, and reports the request when it arrives and again when it is over. */
  const watch = (request: IncomingMessage, response: ServerResponse, onBody: () => void) => {
    const attempt = { number: ++count, at: Date.now(), weather, origin: request.headers.origin ?? '' }
    const chunks: Buffer[] = []
    const body = () => Buffer.concat(chunks).subarray(0, LARGEST_BODY).toString()
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      onAttempt({ ...attempt, body: body() })
      onBody()
    })
    response.on('close', () => {
      onAttempt({ ...attempt, body: body(), answer: response.writableFinished ? response.statusCode : 'none' })
    })
  }

  const cut = (response: ServerResponse) => {
    hanging.delete(response)
    response.destroy()
  }

  const hang = (response: ServerResponse) => {
    hanging.add(response)
    response.on('close', () => hanging.delete(response))
    const [oldest] = hanging
    if (oldest && hanging.size > MOST_HANGING) cut(oldest)
  }

  const refuse = (response: ServerResponse) => {
    response.writeHead(503, { 'retry-after': `${RETRY_AFTER}`, 'content-type': 'application/json' })
    response.end('{"errors":[{"path":"","message":"the demo was asked to fail"}]}')
  }

  /** The endpoint has committed by the time it answers: the answer is late, or lost on the way. */
  const delay = (response: ServerResponse) => {
    const end = response.end.bind(response) as (...args: readonly unknown[]) => ServerResponse
    response.end = ((...args: readonly unknown[]) => {
      setTimeout(() => end(...args), SLOW)
      return response
    }) as typeof response.end
  }
  const drop = (response: ServerResponse) => {
    response.end = () => response.destroy()
  }

  const before: Partial<Record<Weather, (response: ServerResponse) => void>> = { slow: delay, drops: drop }
  const instead: Partial<Record<Weather, (response: ServerResponse) => void>> = {
    unavailable: refuse,
    hangs: hang,
    away: cut,
  }

  return {
    now: () => weather,

    change(next: Weather) {
      weather = next
      // A host that is up again has forgotten the connections that it had.
      for (const response of hanging) cut(response)
    },

    /** Lets a request through, late, half or not at all. */
    take(request: IncomingMessage, response: ServerResponse) {
      const end = instead[weather]
      watch(request, response, () => end?.(response))
      if (end) return
      before[weather]?.(response)
      handle(request, response)
    },
  }
}
