import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'

/** The failures between the browser and the endpoint that a visitor can choose; `up` is none. */
export const WEATHERS = ['up', 'unavailable', 'hangs', 'slow', 'drops', 'away'] as const
export type Weather = (typeof WEATHERS)[number]

/** One request to the endpoint, and its answer as the browser received it. */
export type Attempt = {
  readonly number: number
  /** Unix milliseconds. */
  readonly at: number
  readonly weather: Weather
  /** The origin of the page that sent it. Each origin has an outbox of its own. */
  readonly origin: string
  readonly body: string
  /** A status; `none` if the connection ended without one; absent while the browser waits. */
  readonly answer?: number | 'none'
}

/** Long enough to be seen, short enough to be waited for. */
const SLOW = 4000
const RETRY_AFTER = 5

/** Requests that hang at once. A page has six connections to a host, and loads its content by the others. */
const MOST_HANGING = 2

const LARGEST_BODY = 16 * 1024

/** A layer in front of the endpoint that fails as hosts and networks do. Only the demo has it. */
export const createWeather = (handle: RequestListener, onAttempt: (attempt: Attempt) => void) => {
  let weather: Weather = 'up'
  let count = 0
  const hanging = new Set<ServerResponse>()

  /** Reads the body as well, and reports the request when it arrives and again when it is over. */
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

  /** The endpoint has committed before it answers. Only the answer is late, or lost on the way. */
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
      // A host that is up again no longer has its old connections.
      for (const response of hanging) cut(response)
    },

    /** Passes a request to the endpoint, or makes it fail in the chosen way. */
    take(request: IncomingMessage, response: ServerResponse) {
      const end = instead[weather]
      watch(request, response, () => end?.(response))
      if (end) return
      before[weather]?.(response)
      handle(request, response)
    },
  }
}
