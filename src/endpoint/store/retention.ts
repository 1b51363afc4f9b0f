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
 * event. From then on it passes a little faster than a clock that cannot be set, until it reaches the system clock.
 */
export const createRetentionTime = ({ retentionTime, setRetentionTime }: Parts) => {
  let last: { readonly time: number; readonly at: number } | undefined

  return async (): Promise<number> => {
    const at = performance.now()
    const kept = await retentionTime()
    const reached = last === undefined ? kept : Math.max(kept ?? 0, last.time + (at - last.at) * fastest)
    const time = Math.floor(Math.min(reached ?? Date.now(), Math.max(Date.now(), kept ?? 0)))
    last = { time, at }
    await setRetentionTime(time)
    // If the clock was ahead and was set back, the retention time may be in the future.
    return Math.min(time, Date.now())
  }
}

/** Deletes everything that was received more than so many days ago, a little at a time, until it is stopped. */
export const startRetention = (store: Parts, days: number, { log, onExpired }: Report) => {
  let stopped = false
  let sweeping = false
  const now = createRetentionTime(store)

  const sweep = async (): Promise<void> => {
    const before = (await now()) - days * day
    let events = 0
    for (let more = true; more && !stopped; await new Promise(setImmediate)) {
      const step = await store.expire(before)
      events += step.events
      more = step.more
    }
    if (events === 0) return
    log({ event: 'expired', events, message: `received before ${new Date(before).toISOString()}` })
    onExpired(events)
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
