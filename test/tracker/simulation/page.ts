import type { Storage } from './storage'
import type { World } from './world'

/** The functions that a page's code calls. */
export type Api = {
  readonly track: (type: string, details?: object) => string
  readonly update: (id: string, details: object) => void
  readonly identify: (customer: string) => void
  readonly reset: () => void
  readonly consent: (granted: boolean) => void
  readonly init: (options: object) => void
}

export type Page = {
  readonly name: string
  readonly origin: string
  readonly href: string
  readonly way: 'navigate' | 'reload' | 'back_forward'
  readonly api: () => Api | undefined
  readonly hasScript: () => boolean
  readonly isAlive: () => boolean
  readonly isFrozen: () => boolean
  readonly wasFrozen: () => boolean
  readonly isHidden: () => boolean
  readonly wasHidden: () => boolean
  /** Runs code in the page. A frozen page runs it when it is shown again, a page that is gone never. */
  readonly run: (work: () => void) => void
  readonly hear: (name: string, event: object) => void
  readonly listeners: () => readonly string[]
  readonly loadStub: () => void
  readonly loadScript: () => void
  readonly setHidden: (isHidden: boolean) => void
  readonly freeze: () => void
  readonly thaw: () => void
  readonly die: () => void
}

/** The surroundings of a new page. */
export type Place = {
  readonly href: string
  readonly way: Page['way']
  readonly referrer: string
  readonly session: Storage
  /** The addresses of the tab, as `navigation.entries()` lists them. */
  readonly entries: () => readonly string[]
}

const NAMES = [
  ...['window', 'document', 'location', 'navigator', 'localStorage', 'sessionStorage', 'performance', 'console'],
  ...['addEventListener', 'setTimeout', 'clearTimeout', 'requestIdleCallback', 'fetch', 'crypto', 'Date', 'Math'],
  ...['URL', 'Blob', 'AbortSignal', 'AbortController'],
]

type Script = (...globals: readonly unknown[]) => void

const scripts = new Map<string, Script>()

/** Each text is parsed once, and runs anew in each page. */
const scriptOf = (text: string): Script => {
  const script = scripts.get(text) ?? (new Function(...NAMES, text) as Script)
  scripts.set(text, script)
  return script
}

type Events = { readonly add: (name: string, listener: (event: object) => void) => void } & Pick<
  Page,
  'hear' | 'listeners'
>

const createEvents = (run: Page['run']): Events => {
  const all: { readonly name: string; readonly listener: (event: object) => void }[] = []
  return {
    add: (name, listener) => {
      if (!all.some((each) => each.name === name && each.listener === listener)) all.push({ name, listener })
    },
    hear: (name, event) => {
      for (const each of all.filter((one) => one.name === name))
        run(() => {
          each.listener(event)
        })
    },
    listeners: () => all.map(({ name }) => name),
  }
}

/** The life of a page: its code runs, or waits in the back/forward cache, or never runs again. */
const createLife = (world: World, self: () => Page) => {
  let state: 'alive' | 'frozen' | 'gone' = 'alive'
  let wasFrozen = false
  let held: (() => void)[] = []
  const run = (work: () => void) => {
    if (state === 'gone') return
    if (state === 'frozen') return void held.push(work)
    world.current = self()
    try {
      work()
    } catch (error) {
      world.fault(`thrown into ${self().name}: ${String(error)}`)
    }
  }
  return {
    run,
    isAlive: () => state !== 'gone',
    isFrozen: () => state === 'frozen',
    wasFrozen: () => wasFrozen,
    freeze: () => {
      state = 'frozen'
      wasFrozen = true
    },
    thaw: () => {
      state = 'alive'
      for (const work of held.splice(0)) world.clock.plan(0, () => run(work))
    },
    die: () => {
      world.onDeath(self())
      state = 'gone'
      held = []
      world.locks.release(self())
      world.network.leave(self())
    },
  }
}

const dateOf = (world: World) =>
  function PageDate(...given: [string | number] | []) {
    return given.length ? new Date(given[0]) : new Date(world.clock.wall())
  }

const abortAfter = (world: World, page: () => Page) => (milliseconds: number) => {
  const controller = new AbortController()
  world.clock.plan(milliseconds, () => {
    page().run(() => {
      controller.abort()
    })
  })
  return controller.signal
}

export const createPage = (world: World, name: string, place: Place): Page => {
  const { clock, random, cookies, network } = world
  const { origin, hostname } = new URL(place.href)
  const life = createLife(world, () => page)
  const events = createEvents(life.run)
  let isHidden = false
  let wasHidden = false
  let hasScript = false

  const plan = (delay: number, work: (...given: unknown[]) => void) =>
    clock.plan(delay, () => {
      life.run(work)
    })
  const uuid = () => '00000000-0000-4000-8000-000000000000'.replace(/0/g, () => random.below(16).toString(16))
  const window: { wasabi?: Api; navigation: object; requestIdleCallback: unknown } = {
    navigation: { entries: () => place.entries().map((url) => ({ url })) },
    requestIdleCallback: (work: () => void) =>
      plan(random.next() * 50, () => {
        world.onIdle(page)
        work()
      }),
  }
  const document = {
    readyState: 'complete',
    referrer: place.referrer,
    baseURI: place.href,
    currentScript: { dataset: world.tag },
    querySelector: () => null,
    addEventListener: events.add,
  }
  Object.defineProperties(document, {
    cookie: {
      get: () => cookies.read(place.href),
      set: (text: string) => {
        world.checkCookie(text)
        cookies.write(place.href, text)
      },
    },
    visibilityState: { get: () => (isHidden ? 'hidden' : 'visible') },
  })
  const navigator = { locks: { request: (_: string, __: object, work: never) => world.locks.request(page, work) } }
  Object.defineProperty(navigator, 'onLine', { get: () => network.isOnline() })

  const globals: Readonly<Record<string, unknown>> = {
    window,
    document,
    location: { href: place.href, origin, hostname, protocol: 'https:' },
    navigator,
    localStorage: world.area(origin).storage,
    sessionStorage: place.session,
    performance: { getEntriesByType: () => [{ name: place.href, type: place.way }] },
    console: { error: world.say, warn: world.say, log: world.say },
    addEventListener: events.add,
    setTimeout: (work: () => void, delay = 0) => plan(delay, work),
    clearTimeout: (planned?: { isCancelled: boolean }) => planned && (planned.isCancelled = true),
    requestIdleCallback: window.requestIdleCallback,
    fetch: (_: string, options: never) => world.fetch(page, options),
    crypto: { randomUUID: uuid },
    Date: dateOf(world),
    Math: Object.create(Math, { random: { value: random.next } }) as unknown,
    URL: { createObjectURL: () => `blob:${uuid()}`, revokeObjectURL: () => undefined },
    Blob: function PageBlob() {
      return {}
    },
    AbortSignal: { timeout: abortAfter(world, () => page) },
    AbortController,
  }
  const load = (text: string) => {
    life.run(() => {
      scriptOf(text)(...NAMES.map((global) => globals[global]))
    })
  }

  const page: Page = {
    ...life,
    ...events,
    name,
    origin,
    href: place.href,
    way: place.way,
    api: () => window.wasabi,
    hasScript: () => hasScript,
    isHidden: () => isHidden,
    wasHidden: () => wasHidden,
    loadStub: () => {
      load(world.stub)
    },
    loadScript: () => {
      hasScript = true
      load(world.script)
    },
    setHidden: (hidden) => {
      isHidden = hidden
      wasHidden ||= hidden
      events.hear('visibilitychange', {})
    },
  }
  return page
}
