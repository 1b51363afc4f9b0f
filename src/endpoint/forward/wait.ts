import { setTimeout as delay } from 'node:timers/promises'

/** The bounds of the first wait and of every wait, in milliseconds. */
const first = 1000
const longest = 300_000

/** The longest `Retry-After` that is respected: a day, in milliseconds. A longer one is a mistake. */
const mostPatience = 86_400_000

/**
 * A random time below a bound that doubles, so that clients that were refused together do not try again together
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/); never before `Retry-After`.
 */
export const waitTime = (failures: number, retryAfter: number, random = Math.random()): number =>
  Math.min(retryAfter, mostPatience) + random * Math.min(longest, first * 2 ** Math.min(failures, 20))

/** Waits. Rejects as soon as the signal is aborted. */
export const pause = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  delay(milliseconds, undefined, { signal })
