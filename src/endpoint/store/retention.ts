import { wordsOf, type Log } from '../log'
import type { Store } from './store'

const day = 86_400_000

/** Milliseconds between two looks. */
const every = 60_000

/** Deletes what was received more than so many days ago, a little at a time, until it is stopped. */
export const startRetention = (expire: Store['expire'], days: number, log: Log) => {
  let stopped = false

  const sweep = async (): Promise<void> => {
    const before = Date.now() - days * day
    while (!stopped && (await expire(before))) await new Promise(setImmediate)
  }

  const look = (): void => {
    sweep().catch((error: unknown) => {
      if (!stopped) log({ event: 'cannot expire', message: wordsOf(error) })
    })
  }

  const timer = setInterval(look, every).unref()
  look()
  return (): void => {
    stopped = true
    clearInterval(timer)
  }
}
