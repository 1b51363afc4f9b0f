import { wordsOf, type Log } from '../log'
import type { Store } from './store'

const day = 86_400_000

/** Milliseconds between two looks. */
const every = 60_000

/** How much faster than time retention may go, to catch up after the endpoint was down: four hours for each hour. */
const fastest = 1.25

/** Who hears what retention does. */
type Report = { readonly log: Log; readonly onExpired: (events: number) => void }

type Parts = Pick<Store, 'expire' | 'retentionTime' | 'setRetentionTime'>

/**
 * Returns what reads the time that retention goes by. A clock alone deletes nothing: a jump ahead by 31 days would
 * delete all of 30 days of events. So this time begins with the newest event, and from then on goes a little faster
 * than time passes, as a clock measures it that cannot be set, until it has caught up with the clock that can.
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
    // A clock that was ahead and was set back: what it called the past is not the past yet.
    return Math.min(time, Date.now())
  }
}

/** Deletes what was received more than so many days ago, a little at a time, until it is stopped. */
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
