import type { Log } from '../log'
import type { Store } from '../store/store'
import { createReport, type ForwardJob } from './deliver'
import { followForward } from './forward'
import type { Receiver } from './receiver'
import { checkReceiver } from './send'
import { pause, waitTime } from './wait'

/** The most events at once. Each needs a connection. */
const mostAtOnce = 100

/** Reads how many events may be posted at once. Throws a sentence. */
export const readConcurrency = (text = '1'): number => {
  const number = Number(text)
  if (Number.isInteger(number) && number >= 1 && number <= mostAtOnce) return number
  throw new Error(`${text} events at once: set it to a whole number from 1 to ${String(mostAtOnce)}.`)
}

/** The receiver of forwarded events, and how many are posted at once. */
export type ForwardTo = { readonly receiver: Receiver; readonly concurrency: number }

/** Waits until the receiver passes its check. The endpoint accepts events meanwhile. */
const waitForReceiver = async ({ receiver, log, signal }: ForwardJob): Promise<void> => {
  const report = createReport(log)
  for (let failures = 0; ; failures += 1) {
    try {
      await checkReceiver(receiver, signal)
      report('')
      return
    } catch (error) {
      report((error as Error).message)
      await pause(waitTime(failures, 0), signal)
    }
  }
}

/**
 * Forwards events while the endpoint accepts new ones. Returns a function that ends this and resolves when forwarding
 * no longer uses the store.
 */
export const startForward = (store: Store, { receiver, concurrency }: ForwardTo, log: Log): (() => Promise<void>) => {
  const ending = new AbortController()
  const job = { store, receiver, concurrency, log, signal: ending.signal }
  const running = waitForReceiver(job).then(
    () => followForward(job),
    // Forwarding was ended while it waited for the receiver.
    () => undefined,
  )
  return async () => {
    ending.abort()
    await running
  }
}
