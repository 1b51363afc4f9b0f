import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { createWeather, WEATHERS, type Attempt, type Weather } from './weather'

/** The most attempts that are shown to a page that opens later. */
const REMEMBERED = 200

const isWeather = (word: string): word is Weather => (WEATHERS as readonly string[]).includes(word)

const message = (event: string, data: unknown) => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`

/** Shows the inspector the requests between browsers and the endpoint, and lets them fail on demand. */
export const createLive = (handle: RequestListener, onChange: () => void) => {
  const followers = new Set<ServerResponse>()
  const attempts = new Map<number, Attempt>()

  const send = (event: string, data: unknown) => {
    for (const follower of followers) follower.write(message(event, data))
  }

  const weather = createWeather(handle, (attempt) => {
    attempts.set(attempt.number, attempt)
    const [oldest = 0] = attempts.keys()
    if (attempts.size > REMEMBERED) attempts.delete(oldest)
    send('attempt', attempt)
  })

  return {
    take: weather.take,

    /** Whether the endpoint works as it should. */
    isUp: () => weather.now() === 'up',

    /** `GET /demo/live`: server-sent events, beginning with the weather and the attempts so far. */
    follow(response: ServerResponse) {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
      response.write(
        message('weather', weather.now()) +
          [...attempts.values()].map((attempt) => message('attempt', attempt)).join(''),
      )
      followers.add(response)
      response.on('close', () => followers.delete(response))
    },

    /** `POST /demo/weather`: one word. Only pages of the demo may send it. */
    async change(request: IncomingMessage, response: ServerResponse) {
      const { origin, host } = request.headers
      const word = origin === `http://${host ?? ''}` ? await text(request).catch(() => '') : ''
      const allowed = isWeather(word)
      if (allowed) {
        weather.change(word)
        onChange()
        send('weather', word)
      }
      response.writeHead(allowed ? 204 : 400).end()
    },

    end() {
      for (const follower of followers) follower.end()
    },
  }
}
