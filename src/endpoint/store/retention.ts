import { wordsOf, type Log } from '../log'
import type { Store } from './store'

const day = 86_400_000

/** Milliseconds between two looks for expired events. */
const every = 60_000

/** Retention time passes at most this much faster than real time. It makes up for an hour of downtime in four hours. */
const fastest = 1.25

/** The log and the callback to which retention reports. */
type Report = { readonly log: Log; readonly onExpired: (events: number) => void }

type Parts = Pick<Store, 'expire' | 'retentionTime' | 'setRetentionTime'>

/**
 * Returns a function that reads the retention time, by which events expire. The system clock alone deletes nothing: if
 * it jumped ahead by 31 days, it would delete all of 30 days of events. So the retention time begins with the newest
 * event, or with the clock if there is none. From then on it passes like a clock that cannot be set, and a little
 * faster while it is behind the system clock.
 */
export const createRetentionTime = ({ retentionTime, setRetentionTime }: Parts) => {
  let last: { readonly time: number; readonly at: number } | undefined

  return async (): Promise<number> => {
    const at = performance.now()
    const kept = (await retentionTime()) ?? Date.now()
    const begin = last ?? { time: kept, at }
    const passed = at - begin.at
    const reached = Math.min(begin.time + passed * fastest, Math.max(begin.time + passed, Date.now()))
    const time = Math.floor(Math.max(kept, reached))
    last = { time, at }
    await setRetentionTime(time)
    return time
  }
}

/**
 * Deletes entries that were received and stored more than so many days ago, a little at a time, until it is stopped. An
 * entry that a wrong clock has dated back was stored later.
 */
export const startRetention = (store: Parts, days: number, { log, onExpired }: Report) => {
  let stopped = false
  let sweeping = false
  const now = createRetentionTime(store)

  const sweep = async (): Promise<void> => {
    const storedBefore = (await now()) - days * day
    const receivedBefore = Date.now() - days * day
    const sum = { events: 0, aside: 0 }
    for (let more = true; more && !stopped; await new Promise(setImmediate)) {
      const step = await store.expire({ receivedBefore, storedBefore })
      sum.events += step.events
      sum.aside += step.aside
      more = step.more
    }
    if (sum.events + sum.aside === 0) return
    log({ event: 'expired', ...sum, message: `received before ${new Date(receivedBefore).toISOString()}` })
    onExpired(sum.events)
  }

  const look = (): void => {
    if (sweeping) return
    sweeping = true
    sweep()
      .catch((error: unknown) => {
        if (!stopped) log({ event: 'cannot expire', message: wordsOf(error) })
      })
      .finally(() => {
        sweeping = false
      })
  }

  const timer = setInterval(look, every).unref()
  look()
  return (): void => {
    stopped = true
    clearInterval(timer)
  }
}
