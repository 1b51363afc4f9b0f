import type { Action } from '../contract/customer-action'
import type { Store } from './browser/storage'
import type { Delivery } from './browser/transport'

/**
 * What the outbox needs of the world around it. `permitted` is asked before each request: a refusal in another tab must stop this one.
 * `exclusively` runs the work when no other tab of the origin does, and tells whether it ran.
 */
type Surroundings = readonly [
  readEvent: (event?: string) => Action | undefined,
  permitted: () => boolean,
  exclusively: (work: () => Promise<unknown>) => Promise<boolean>,
  deliver: (event: string, keepalive: boolean) => Promise<Delivery>,
]

/** One key per event: an array loses events between two tabs. `C` for a `CREATED`. */
const CREATED = 'wasabi.C.'

/** Where the id stands in the key of an update (`wasabi.U.<time>.<id>`), after a time of 24 characters. */
const ID_IN_UPDATED = 34

/** Until when the endpoint asked this browser to wait, in unix milliseconds: obeyed by every page of the origin. */
const WAIT = 'wasabi.wait'

/** A day in milliseconds: more is a mistake, and a timer beyond 2³¹ ms fires at once (HTML, 8.6). */
const LONGEST_WAIT = 86_400_000

/** Five minutes in milliseconds. */
const LONGEST_BACKOFF = 300_000

/** 30 days in milliseconds. */
const RETENTION = 2_592_000_000

/** A browser that catches up sends at most four events a second. Milliseconds. */
const PACE = 250

/** Holds events until the endpoint has taken them. */
export const createOutbox = (
  [keys, read, write]: Store,
  [readEvent, permitted, exclusively, deliver]: Surroundings,
) => {
  const flying = new Set<string>()
  let failures = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let release: (() => void) | undefined

  /** What could be sent now: an update only after its `CREATED`, or when the page goes while that is on the way. */
  const ready = (leaving?: boolean) => {
    const waiting = keys(/^wasabi\.[CU]\./).filter((key) => !leaving || !flying.has(key))
    return waiting.filter(
      (key) => !flying.has(key) && (key.startsWith(CREATED) || !waiting.includes(CREATED + key.slice(ID_IN_UPDATED))),
    )
  }

  /** Milliseconds that are left to wait. A clock that was set back must not make a day into a year. */
  const wait = () => {
    const left = +(read(WAIT) ?? 0) - Date.now()
    return left > 0 && left <= LONGEST_WAIT ? left : 0
  }

  /** Tries again later: full jitter, one step a round however many events failed in it. */
  const later = () => {
    const delay = Math.max(wait(), Math.random() * Math.min(LONGEST_BACKOFF, 1000 * 2 ** failures))
    timer ??= setTimeout(() => {
      timer = undefined
      failures++
      catchUp()
    }, delay)
  }

  const catchUp = () => {
    flush()
    // An update waits for its `CREATED` that is on the way: nothing else would send it.
    if (flying.size) later()
  }

  /** Makes one attempt before it returns, of what was just made or of what is left over; tells whether the endpoint could be talked to. */
  const attempt = async (key: string, keepalive = false, made?: string) => {
    const event = made ?? read(key)
    flying.add(key)
    const [outcome, , asked = 0]: Delivery =
      made || readEvent(event) ? await deliver(String(event), keepalive) : ['rejected']
    flying.delete(key)
    if (outcome !== 'retry') {
      write(key)
      const recovered = timer
      forget()
      if (recovered) catchUp()
      return true
    }
    if (Date.parse(String(readEvent(event)?.updatedAt)) < Date.now() - RETENTION) write(key)
    if (asked > 0 && permitted()) write(WAIT, `${Date.now() + Math.min(asked, LONGEST_WAIT)}`)
    later()
    return false
  }

  /** One at a time, the first as a probe: four hung requests would take most of the connections that a page has. */
  const round = async (leaving?: boolean) => {
    for (;;) {
      // Any of them: one that the endpoint chokes on must not stand at the head for ever.
      const left = ready(leaving)
      const key = left[Math.floor(Math.random() * left.length)]
      if (!key || !permitted() || !(await attempt(key, leaving))) return
      await new Promise((resolve) => setTimeout(resolve, PACE))
    }
  }

  /** Sends what is left over, unless the endpoint asked to wait. */
  const flush = (leaving?: boolean): void => {
    if (release || !ready(leaving)[0]) return
    if (wait()) return later()
    const left = new Promise<void>((resolve) => (release = resolve))
    const work = () => Promise.race([round(leaving), left])
    // A page that goes becomes hidden after its `pagehide` (HTML, 7.4.2.4): a lock that it takes then keeps it out of the back/forward cache
    // (Chromium 156), or stays with it in there, and no other page could send (Firefox 153).
    void (leaving ? work().then(() => true) : exclusively(work)).then((ran) => {
      release = undefined
      if (!ran || ready()[0]) later()
    })
  }

  const forget = () => {
    clearTimeout(timer)
    timer = undefined
    failures = 0
  }

  return {
    flush,
    forget,

    /** Holds an event and makes its first attempt, before it returns. */
    add({ interactionId, createdAt, updatedAt }: Action, event: string) {
      // With its time in the key, or an update would replace its own `CREATED`, or the update before.
      const key = createdAt === updatedAt ? CREATED + interactionId : `wasabi.U.${updatedAt}.${interactionId}`
      // The request first: no answer can come before the next line, and the network need not wait for it.
      if (createdAt === updatedAt || !read(CREATED + interactionId)) void attempt(key, true, event)
      else later()
      write(key, event)
    },

    /** A page that is frozen with the lock in its hand is dropped from the back/forward cache when another tab wants it (Chromium 156). */
    leave: () => release?.(),
  }
}
