import { setTimeout as delay } from 'node:timers/promises'

/** Milliseconds: the bound of the first wait, and of all. */
const first = 1000
const longest = 300_000

/** A longer `Retry-After` is a slip: a day, in milliseconds. */
const mostPatience = 86_400_000

/**
 * A random time below a bound that doubles, so that clients that were turned away together do not try again together
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/); never before `Retry-After`.
 */
export const waitTime = (failures: number, retryAfter: number, random = Math.random()): number =>
  Math.min(retryAfter, mostPatience) + random * Math.min(longest, first * 2 ** Math.min(failures, 20))

/** Waits, or rejects as soon as the signal says so. */
export const pause = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  delay(milliseconds, undefined, { signal })
