import { parseAction } from '../action/revision'
import type { Log } from '../log'
import { mostCounted } from '../store/forward'
import type { Entry, Store } from '../store/store'
import type { Verdict } from './answer'
import { createProgress } from './progress'
import { nameOf, type Receiver } from './receiver'
import { send } from './send'
import { pause, waitTime } from './wait'

/** What forwarding works with. */
export type ForwardJob = {
  readonly store: Pick<Store, 'events' | 'forward'>
  readonly receiver: Receiver
  /** How many events are on their way at once; those of one interaction go one after the other. */
  readonly concurrency: number
  readonly log: Log
  readonly signal: AbortSignal
}

/** What one pass came to. */
export type Forwarded = { readonly sent: number; readonly setAside: number }

/** Events that are read at once: as many as are read again after a kill, at most. */
const atOnce = 200

/** Puts the events of each interaction into one lane, in their order. */
const lanesOf = (entries: readonly Entry[], count: number): readonly (readonly number[])[] => {
  const lanes = Array.from({ length: count }, (): number[] => [])
  const laneOf = new Map<string, number[]>()
  entries.forEach(({ text }, index) => {
    const { interactionId } = parseAction(text).body
    const lane = laneOf.get(interactionId) ?? lanes[laneOf.size % count]
    if (lane === undefined) return
    laneOf.set(interactionId, lane)
    lane.push(index)
  })
  return lanes
}

/** Reports trouble once, until it is over. */
const createReport = (log: Log) => {
  let known = ''
  return (why: string): void => {
    if (why === known) return
    known = why
    log(why === '' ? { event: 'forwards again' } : { event: 'cannot forward', message: why })
  }
}

type Report = ReturnType<typeof createReport>
type Fate = Exclude<Verdict['type'], 'trouble'> | 'gone'

/** Posts one event until there is a receipt or a refusal. An event that was erased meanwhile is not handed on. */
const deliver = async (
  { store, receiver, signal }: ForwardJob,
  { cursor, text }: Entry,
  report: Report,
): Promise<Fate> => {
  for (let failures = 0; ; failures += 1) {
    if ((await store.forward.textOf(cursor)) === undefined) return 'gone'
    const verdict = await send(receiver, text, signal)
    report(verdict.type === 'trouble' ? verdict.why : '')
    if (verdict.type === 'refused') {
      const { status, answer } = verdict
      await store.forward.setAside({ target: nameOf(receiver), cursor, refusedAt: Date.now(), status, answer })
    }
    if (verdict.type !== 'trouble') return verdict.type
    await pause(waitTime(failures, verdict.retryAfter), signal)
  }
}

const forwardPage = async (job: ForwardJob, entries: readonly Entry[], report: Report): Promise<readonly Fate[]> => {
  const target = nameOf(job.receiver)
  const cursors = entries.map(({ cursor }) => cursor)
  const progress = createProgress(cursors, (cursor) => job.store.forward.savePosition(target, cursor))
  const fates: Fate[] = []
  const run = async (lane: readonly number[]): Promise<void> => {
    for (const index of lane) {
      fates.push(await deliver(job, entries[index] as Entry, report))
      progress.finish(index)
    }
  }
  const results = await Promise.allSettled(lanesOf(entries, job.concurrency).map(run))
  await progress.settled()
  const failed = results.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
  return fates
}

/**
 * Hands on all events after the stored position, each at least once. Rejects when the signal
 * says so or the store fails.
 */
export const forwardAll = async (job: ForwardJob): Promise<Forwarded> => {
  const report = createReport(job.log)
  const target = nameOf(job.receiver)
  let sent = 0
  let setAside = 0
  let after = await job.store.forward.position(target)
  // The position is there from the beginning, and with it the lag.
  await job.store.forward.savePosition(target, after)
  for (;;) {
    job.signal.throwIfAborted()
    const entries = await job.store.events({ after, limit: atOnce })
    const last = entries.at(-1)
    if (last === undefined) return { sent, setAside }
    const fates = await forwardPage(job, entries, report)
    sent += fates.filter((fate) => fate === 'receipt').length
    setAside += fates.filter((fate) => fate === 'refused').length
    after = last.cursor
  }
}

/** Posts once more what the receiver refused. Resolves to how many it has accepted now. */
export const forwardAside = async ({ store, receiver, signal }: ForwardJob): Promise<Forwarded> => {
  const target = nameOf(receiver)
  let sent = 0
  let setAside = 0
  const refusals = await store.forward.refusals(mostCounted)
  for (const { cursor } of refusals.filter((one) => one.target === target).reverse()) {
    const text = await store.forward.textOf(cursor)
    if (text === undefined) continue
    const verdict = await send(receiver, text, signal)
    if (verdict.type === 'receipt') await store.forward.takeBack(target, cursor)
    if (verdict.type === 'receipt') sent += 1
    else setAside += 1
  }
  return { sent, setAside }
}

/** Milliseconds between two looks for new events. */
const lookAgain = 1000

/** Hands on stored and new events until the signal ends it; goes on after a failure of the store. */
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
