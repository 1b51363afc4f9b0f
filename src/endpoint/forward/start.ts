import type { Log } from '../log'
import type { Store } from '../store/store'
import { followForward } from './forward'
import type { Receiver } from './receiver'

/** Events at once at most. Each is a connection. */
const mostAtOnce = 100

/** Reads how many events may be on their way at once. Throws a sentence. */
export const readConcurrency = (text = '1'): number => {
  const number = Number(text)
  if (Number.isInteger(number) && number >= 1 && number <= mostAtOnce) return number
  throw new Error(`${text} events at once: set it to a whole number from 1 to ${String(mostAtOnce)}.`)
}

/** Where a server hands events on to, and how many at once. */
export type ForwardTo = { readonly receiver: Receiver; readonly concurrency: number }

/**
 * Hands events on beside taking them. Returns what ends that; it resolves when nothing of it uses the store any more.
 */
export const startForward = (store: Store, { receiver, concurrency }: ForwardTo, log: Log): (() => Promise<void>) => {
  const ending = new AbortController()
  const running = followForward({ store, receiver, concurrency, log, signal: ending.signal })
  return async () => {
    ending.abort()
    await running
  }
}
