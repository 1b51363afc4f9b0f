import { parseAction } from '../action/revision'
import type { Log } from '../log'
import type { Entry, Store } from '../store/store'
import type { Verdict } from './answer'
import { createProgress } from './progress'
import { nameOf, type Receiver } from './receiver'
import { send } from './send'
import { pause, waitTime } from './wait'

/** The parts and settings of forwarding. */
export type ForwardJob = {
  readonly store: Pick<Store, 'events' | 'forward'>
  readonly receiver: Receiver
  /** How many events are posted at once. Those of one interaction are posted one after the other. */
  readonly concurrency: number
  readonly log: Log
  readonly signal: AbortSignal
}

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

/** Returns a function that logs trouble once, and its end. */
export const createReport = (log: Log) => {
  let known = ''
  return (why: string): void => {
    if (why === known) return
    known = why
    log(why === '' ? { event: 'forwards again' } : { event: 'cannot forward', message: why })
  }
}

type Report = ReturnType<typeof createReport>

/** The outcome for an event. It is `gone` if the store no longer has it. */
export type Fate = Exclude<Verdict['type'], 'trouble'> | 'gone'

/** Posts one event until there is a receipt or a refusal. An event that was erased meanwhile is not forwarded. */
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

/** Forwards the events of one page, all lanes at the same time, and saves the position. */
export const forwardPage = async (
  job: ForwardJob,
  entries: readonly Entry[],
  report: Report,
): Promise<readonly Fate[]> => {
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
