import type { Action } from '../../../src/contract/customer-action'
import type { Clock } from './clock'
import type { Random } from './random'

/** The outcome of one request. */
type Fate = 'taken' | 'request lost' | 'answer lost' | '503' | 'wait' | 'hangs' | 'page' | 'slow' | 'slow answer'

/** The possible outcomes of all requests: one fate, or one of several. */
export type Weather = 'fair' | 'mixed' | 'down' | Fate

const FATES: Partial<Readonly<Record<Weather, readonly Fate[]>>> = {
  fair: ['taken'],
  mixed: [
    'taken',
    'taken',
    'taken',
    'request lost',
    'answer lost',
    '503',
    'wait',
    'hangs',
    'page',
    'slow',
    'slow answer',
  ],
  down: ['request lost', '503', '503', 'hangs', 'wait', 'page'],
}

/** The part of a page that requests use. */
export type Sender = {
  readonly name: string
  readonly origin: string
  readonly isAlive: () => boolean
  readonly isFrozen: () => boolean
  readonly run: (work: () => void) => void
}

export type Request = {
  readonly page: Sender
  readonly body: string
  readonly key: string
  readonly at: number
  readonly keepalive: boolean
  /** `heard`: the page has the receipt. `unheard`: the request is over, and the page has no receipt. */
  state: 'under way' | 'heard' | 'unheard'
  /** Reports to its page that it failed. */
  readonly fail: () => void
  /** True if it continues without its page, which heard that it failed. */
  hasOutlivedPage?: true
}

export type FetchOptions = { readonly body: string; readonly keepalive: boolean; readonly signal: AbortSignal | null }

/** The stored events of one action at the endpoint. */
export type Stored = { created?: Action; readonly updates: Map<string, Action> }

export type Network = {
  weather: Weather
  readonly requests: Request[]
  readonly store: Map<string, Stored>
  /** Called when a page hears that it should wait for so many milliseconds. */
  onWait: (page: Sender, milliseconds: number) => void
  readonly isOnline: () => boolean
  readonly setOnline: (isOnline: boolean) => void
  readonly fetch: (page: Sender, options: FetchOptions) => Promise<unknown>
  /** Ends the requests of a page that is gone. Those with `keepalive` arrive, but nobody hears the answer. */
  readonly leave: (page: Sender) => void
  /** A page that is left hears that all its requests have failed, before it is hidden (Chromium 156). */
  readonly fail: (page: Sender) => void
}

const answerOf = (fate: Fate, random: Random) => {
  const headers: Record<string, string> = {}
  if (fate === 'page') headers['content-type'] = 'text/html'
  if (fate === 'wait') headers['retry-after'] = `${1 + random.below(120)}`
  return {
    status: fate === '503' || fate === 'wait' ? 503 : random.pick([201, 200, 202, 204]),
    type: 'cors',
    headers: { get: (name: string) => headers[name] ?? null },
    text: () => Promise.resolve(''),
  }
}

export const keyOf = (body: string): string => {
  const { eventAction, body: action } = JSON.parse(body) as { eventAction: string; body: Action }
  return `${eventAction[0] ?? ''} ${action.interactionId} ${eventAction === 'UPDATED' ? action.updatedAt : ''}`
}

const keep = (store: Network['store'], body: string) => {
  const { eventAction, body: action } = JSON.parse(body) as { eventAction: string; body: Action }
  const stored = store.get(action.interactionId) ?? { updates: new Map<string, Action>() }
  store.set(action.interactionId, stored)
  // The first event counts.
  if (eventAction === 'CREATED') stored.created ??= action
  else if (!stored.updates.has(action.updatedAt)) stored.updates.set(action.updatedAt, action)
}

export const createNetwork = (clock: Clock, random: Random): Network => {
  const requests: Request[] = []
  const store: Network['store'] = new Map()
  const gone = new WeakSet<Request>()
  let online = true
  /** A delay in milliseconds, up to more than a page waits. */
  const slowly = () => 2000 + random.next() * 40_000

  const fetch: Network['fetch'] = (page, { body, keepalive, signal }) =>
    new Promise((resolve, reject) => {
      const fail = () => {
        end('unheard', () => {
          reject(new TypeError('Failed to fetch'))
        })
      }
      const request: Request = { page, body, key: keyOf(body), at: clock.now(), keepalive, state: 'under way', fail }
      requests.push(request)
      const end = (state: 'heard' | 'unheard', answer: () => void) => {
        if (request.state !== 'under way') return
        if (!page.isFrozen()) request.state = state
        page.run(() => {
          request.state = state
          answer()
        })
      }
      signal?.addEventListener('abort', () => {
        gone.add(request)
        fail()
      })
      const fate = online ? random.pick(FATES[network.weather] ?? [network.weather as Fate]) : 'request lost'
      const way = fate === 'slow' ? slowly() : 1 + random.next() * random.pick([10, 100, 400])
      clock.plan(way, () => {
        if (gone.has(request) || fate === 'hangs') return
        if (fate === 'request lost' || !online) return fail()
        if (['taken', 'answer lost', 'slow', 'slow answer'].includes(fate)) keep(store, body)
        const wayBack = fate === 'slow answer' ? slowly() : 1 + random.next() * 100
        clock.plan(wayBack, () => {
          if (fate === 'answer lost' || !online) return fail()
          const isReceipt = ['taken', 'slow', 'slow answer'].includes(fate)
          end(isReceipt ? 'heard' : 'unheard', () => {
            const answer = answerOf(fate, random)
            network.onWait(page, 1000 * Number(answer.headers.get('retry-after')))
            resolve(answer)
          })
        })
      })
    })

  const underWay = (page: Sender) =>
    requests.filter((request) => request.page === page && request.state === 'under way')

  const network: Network = {
    weather: 'fair',
    requests,
    store,
    onWait: () => undefined,
    isOnline: () => online,
    setOnline: (isOnline) => (online = isOnline),
    fetch,
    leave: (page) => {
      for (const request of underWay(page)) {
        request.state = 'unheard'
        if (!request.keepalive) gone.add(request)
      }
    },
    fail: (page) => {
      for (const request of underWay(page)) {
        if (request.keepalive) request.hasOutlivedPage = true
        else gone.add(request)
        request.fail()
      }
    },
  }
  return network
}
