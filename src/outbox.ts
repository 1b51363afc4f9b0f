import type { Backoff } from './backoff'
import type { Store } from './storage'
import type { Delivery } from './transport'

/** What the outbox needs of the world around it. */
type Surroundings = {
  readonly store: Store
  readonly backoff: Backoff
  /** Asked before each request: a refusal in another tab must stop this one. */
  readonly permitted: () => boolean
  /** Runs the work when no other tab of the origin does; tells whether it ran. */
  readonly exclusively: (work: () => Promise<void>) => Promise<boolean>
  readonly deliver: (event: string, keepalive: boolean) => Promise<Delivery>
  readonly onDelivery: (event: string, delivery: Delivery) => void
}

/** One key per event: an array loses events between two tabs. */
const CREATED = 'wasabi.C.'
/** With its time in the key, or an update would replace its own `CREATED`, or the update before. */
const UPDATED = 'wasabi.U.'
const TIME_LENGTH = '2026-01-01T00:00:00.000Z.'.length

/** An undelivered event is never evicted: a newer one beyond these lives in memory. */
const MAX_STORED = 500

/** 30 days in milliseconds. */
const RETENTION = 2_592_000_000

/** A browser that catches up sends at most four events a second. */
const PACE = 250

/** Where an event is kept; `updatedAt` for an `UPDATED`. */
export const keyOf = (interactionId: string, updatedAt?: string): string =>
  updatedAt ? `${UPDATED}${updatedAt}.${interactionId}` : CREATED + interactionId

const createdKeyOf = (key: string) => (key.startsWith(UPDATED) ? CREATED + key.slice(UPDATED.length + TIME_LENGTH) : '')

/** When an event was recorded, in unix milliseconds; 0 for what is no event: anyone can write under our keys. */
const readTime = (event: string) => {
  try {
    const { eventType, body } = JSON.parse(event) as { eventType: string; body: { updatedAt: string } }
    return (eventType === 'CUSTOMER_ACTION' && Date.parse(body.updatedAt)) || 0
  } catch {
    return 0
  }
}

/** Holds events until the endpoint has taken them: in memory for this page, in the store for the pages after it. */
export const createOutbox = ({ store, backoff, permitted, exclusively, deliver, onDelivery }: Surroundings) => {
  // Sites clear localStorage at log-out: what this page recorded is sent all the same.
  const memory = new Map<string, string>()
  const flying = new Set<string>()
  let release: (() => void) | undefined

  const keys = () => [...new Set([...memory.keys(), ...store.keys(CREATED), ...store.keys(UPDATED)])].sort()

  const remove = (key: string) => {
    memory.delete(key)
    store.remove(key)
  }

  const next = (tried?: ReadonlySet<string>) => {
    const waiting = keys()
    return waiting.find((key) => !tried?.has(key) && !flying.has(key) && !waiting.includes(createdKeyOf(key)))
  }

  /** Makes one attempt before it returns; tells whether the endpoint could be talked to. */
  const attempt = async (key: string, keepalive: boolean) => {
    const event = memory.get(key) ?? store.read(key) ?? ''
    const time = readTime(event)
    if (!time) {
      remove(key)
      return true
    }
    flying.add(key)
    const delivery = await deliver(event, keepalive)
    flying.delete(key)
    onDelivery(event, delivery)
    if (delivery.outcome !== 'retry') {
      remove(key)
      if (backoff.reset() || [...memory.keys()].some((other) => !flying.has(other))) flush()
      return true
    }
    if (Date.now() - time > RETENTION) remove(key)
    if (delivery.wait && permitted()) backoff.ask(delivery.wait)
    backoff.later(flush)
    return false
  }

  /** One at a time, the first as a probe: four hung requests would take most of the connections that a page has. */
  const round = async (keepalive: boolean) => {
    const tried = new Set<string>()
    for (let key = next(); key && permitted(); key = next(tried)) {
      tried.add(key)
      if (!(await attempt(key, keepalive))) return
      await new Promise((resolve) => setTimeout(resolve, PACE))
    }
  }

  /** Sends what is left over, unless the endpoint asked to wait. */
  const flush = (leaving = false) => {
    if (release || !next()) return
    if (backoff.wait()) {
      backoff.later(flush)
      return
    }
    const left = new Promise<void>((resolve) => (release = resolve))
    void exclusively(() => Promise.race([round(leaving), left])).then((alone) => {
      release = undefined
      if (!alone) backoff.later(flush)
    })
  }

  return {
    flush,

    /** Holds an event and makes its first attempt, before it returns. */
    add(key: string, event: string) {
      memory.set(key, event)
      if (keys().length <= MAX_STORED) store.write(key, event)
      if (keys().includes(createdKeyOf(key))) backoff.later(flush)
      else void attempt(key, true)
    },

    /** Another tab delivered it, or a refusal took it. */
    gone: (key: string) => memory.delete(key),

    /** A page that is frozen with the lock in its hand would stop the other tabs. */
    leave: () => release?.(),

    forget() {
      memory.clear()
      backoff.stop()
    },
  }
}
