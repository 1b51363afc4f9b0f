import { createClock, type Clock } from './clock'
import { createCookies, type Cookies } from './cookies'
import { createLocks, type Locks } from './locks'
import { createNetwork, type FetchOptions, type Network } from './network'
import type { Call } from './model'
import type { Page } from './page'
import { createRandom, type Random } from './random'
import { createArea, createStorage, type Area, type Storage } from './storage'

/** The most requests of one life. A working script sends far fewer. */
const MOST = 2000

/** The built files that run in the pages. */
export type Built = { readonly script: string; readonly stub: string }

/** The options in the site's tag, as in its `dataset`. */
export type Tag = {
  readonly endpoint: string
  readonly consent: 'implied' | 'required'
  readonly attribution: 'last' | 'first'
}

/** The parts of a profile and its network. */
export type World = Built & {
  readonly tag: Tag
  readonly clock: Clock
  readonly random: Random
  readonly cookies: Cookies
  readonly locks: Locks
  readonly network: Network
  readonly pages: Page[]
  /** The page whose code runs. */
  current: Page | undefined
  readonly area: (origin: string) => Area
  readonly origins: () => readonly string[]
  /** A new `sessionStorage`. */
  readonly session: () => Storage
  /**
   * The time at which an origin was asked to send nothing, by the clock that pages read, and the milliseconds to
   * wait.
   */
  readonly waits: Map<string, { readonly since: number; readonly wait: number }>
  /** Names of cookies and keys that pages have stored. */
  readonly stored: Set<string>
  readonly faults: string[]
  readonly story: string[]
  readonly fault: (what: string) => void
  readonly log: (what: string) => void
  readonly say: (...words: readonly unknown[]) => void
  readonly checkCookie: (text: string) => void
  readonly fetch: (page: Page, options: FetchOptions) => Promise<unknown>
  /** Whether the visitor has permitted storage, as the model knows it. */
  mayStore: () => boolean
  /** The calls that the stub of a page has queued, as the model knows them. */
  queueOf: (page: Page) => readonly Call[]
  onRequest: (page: Page, options: FetchOptions) => void
  onDeath: (page: Page) => void
  onIdle: (page: Page) => void
}

export const createWorld = (built: Built, seed: number): World => {
  const random = createRandom(seed)
  const clock = createClock()
  const areas = new Map<string, Area>()
  const log = (what: string) => void world.story.push(`${(clock.now() / 1000).toFixed(3).padStart(9)} s  ${what}`)
  const fault = (what: string) => {
    world.faults.push(what)
    log(`FAULT ${what}`)
  }
  const checkPermission = (what: string) => {
    if (!world.mayStore()) fault(`${what} without permission`)
  }
  const onStore = (key: string) => {
    world.stored.add(key)
    checkPermission(`${key} stored`)
  }
  const world: World = {
    ...built,
    tag: {
      endpoint: 'https://collect.example.com/customer-actions',
      consent: random.pick(['implied', 'implied', 'required']),
      attribution: random.pick(['last', 'last', 'first']),
    },
    clock,
    random,
    cookies: createCookies(clock),
    locks: createLocks(clock),
    network: createNetwork(clock, random),
    pages: [],
    current: undefined,
    origins: () => [...areas.keys()],
    area: (origin) => {
      const surroundings = { clock, random, readers: () => world.pages, current: () => world.current, onStore }
      const area = areas.get(origin) ?? createArea(origin, surroundings)
      areas.set(origin, area)
      return area
    },
    session: () => createStorage({ onStore, onChange: () => undefined, isFull: () => false }),
    waits: new Map(),
    stored: new Set(),
    faults: [],
    story: [],
    fault,
    log,
    say: (...words) => {
      if (words[0] === 'wasabi:') fault(`an exception on the console: ${String(words[1])}`)
    },
    checkCookie: (text) => {
      world.stored.add(text.slice(0, text.indexOf('=')))
      const value = /^wasabi_(?:utm|id)=([^;]+)/.exec(text)?.[1]
      if (value) checkPermission(`cookie ${value}`)
    },
    fetch: (page, options) => {
      checkPermission('request')
      world.onRequest(page, options)
      if (world.network.requests.length > MOST) {
        fault('requests without end')
        return new Promise(() => undefined)
      }
      return world.network.fetch(page, options)
    },
    mayStore: () => true,
    queueOf: () => [],
    onRequest: () => undefined,
    onDeath: () => undefined,
    onIdle: () => undefined,
  }
  return world
}
