import { firstCursor, type Store } from '../store/store'
import { createReport, forwardPage, type ForwardJob } from './deliver'
import { nameOf } from './receiver'
import { send } from './send'
import { pause, waitTime } from './wait'

/** The result of one pass. */
export type Forwarded = {
  readonly sent: number
  readonly setAside: number
  /** Events that were not sent again, since the receiver is away. */
  readonly left: number
}

/** Events that are read at once. After a kill, at most this many are read again. */
const atOnce = 200

/**
 * Forwards all events after the stored position, each at least once. Rejects when the signal is aborted or the store
 * fails.
 */
export const forwardAll = async (job: ForwardJob): Promise<Forwarded> => {
  const report = createReport(job.log)
  const target = nameOf(job.receiver)
  let sent = 0
  let setAside = 0
  let after = await job.store.forward.position(target)
  // The position is stored from the beginning, so that the lag is known as well.
  await job.store.forward.savePosition(target, after)
  for (;;) {
    job.signal.throwIfAborted()
    const entries = await job.store.events({ after, limit: atOnce })
    const last = entries.at(-1)
    if (last === undefined) return { sent, setAside, left: 0 }
    const fates = await forwardPage(job, entries, report)
    sent += fates.filter((fate) => fate === 'receipt').length
    setAside += fates.filter((fate) => fate === 'refused').length
    after = last.cursor
  }
}

/** The cursors of all events that a receiver refused, some at a time. */
async function* refusedBy({ refusedBy: read }: Store['forward'], target: string): AsyncGenerator<string> {
  let cursors: readonly string[] = []
  for (let after = firstCursor; ; after = cursors.at(-1) ?? after) {
    cursors = await read(target, { after, limit: atOnce })
    if (cursors.length === 0) return
    yield* cursors
  }
}

/** Posts refused events once more, until the receiver is away. Resolves to the result. */
export const forwardAside = async ({ store, receiver, log, signal }: ForwardJob): Promise<Forwarded> => {
  const target = nameOf(receiver)
  let sent = 0
  let setAside = 0
  for await (const cursor of refusedBy(store.forward, target)) {
    const text = await store.forward.textOf(cursor)
    if (text === undefined) continue
    const verdict = await send(receiver, text, signal)
    if (verdict.type === 'trouble') {
      log({ event: 'cannot forward', message: verdict.why })
      const lag = (await store.forward.lags(Date.now())).find((one) => one.target === target)
      return { sent, setAside, left: (lag?.setAside ?? 0) - setAside }
    }
    if (verdict.type === 'receipt') await store.forward.takeBack(target, cursor)
    if (verdict.type === 'receipt') sent += 1
    else setAside += 1
  }
  return { sent, setAside, left: 0 }
}

/** Milliseconds between two looks for new events. */
const lookAgain = 1000

/** Forwards stored and new events until the signal is aborted. Continues after a failure of the store. */
export const followForward = async (job: ForwardJob): Promise<void> => {
  const { signal, log } = job
  let failures = 0
  while (!signal.aborted) {
    try {
      await forwardAll(job)
      failures = 0
      await pause(lookAgain, signal)
    } catch {
      if (signal.aborted) return
      log({ event: 'cannot forward', message: 'the store cannot be used at the moment' })
      failures += 1
      await pause(waitTime(failures, 0), signal).catch(() => undefined)
    }
  }
}
