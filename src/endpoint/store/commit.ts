import { wordsOf, type Log } from '../log'
import type { Appended, Arrival, Store } from './store'

/** Receives the outcome of an arrival once, after the commit; `undefined` if the arrival could not be committed. */
export type Answer = (outcome: Appended) => void

type Waiting = { readonly arrival: Arrival; readonly answer: Answer }

/** The result of committing a group. */
export type Commit = {
  readonly arrivals: readonly Arrival[]
  /** In the order of the arrivals; empty if they could not be committed. */
  readonly outcomes: readonly Appended[]
  readonly error?: unknown
  readonly seconds: number
}

/** A larger group gains nothing, and keeps the event loop busy for longer. */
const largestGroup = 1000

/** Up to this size, a group is never split: another commit would cost more than its events do. */
const neverParted = 16

/** The most turns of the event loop for which a group gathers. A turn takes tens of microseconds, a commit hundreds. */
const mostTurns = 8

/** At 16 KB a body, the queue is 160 MB. At the usual 500 bytes, a fast disk stores it in a quarter of a second. */
const longestQueue = 10_000

type Append = Store['append']

/** A group and the result of its commit. */
type Done = { readonly group: readonly Waiting[]; readonly commit: Commit }

/** The error of a group that commits nothing. The database's own log has the reasons. */
const nothingStored = new Error('the database refuses each event of the group')

/** Commits one group. Nothing is lost if that fails: the senders send their events again. */
const commitGroup = async (append: Append, group: readonly Waiting[]): Promise<Done> => {
  const arrivals = group.map(({ arrival }) => arrival)
  const began = performance.now()
  const appended = await append(arrivals).then(
    (outcomes) => (outcomes.some(Boolean) ? { outcomes } : { outcomes: [], error: nothingStored }),
    (error: unknown) => ({ outcomes: [], error }),
  )
  return { group, commit: { arrivals, seconds: (performance.now() - began) / 1000, ...appended } }
}

/** Answers every sender of a group. */
const answerAll = ({ group, commit }: Done): void => {
  group.forEach(({ answer }, index) => {
    answer(commit.outcomes[index])
  })
}

/** Waits for arrivals from other sockets in this turn of the event loop, and in the next turns while more arrive. */
const gather = async (waiting: () => number): Promise<void> => {
  let before = 0
  for (let turn = 0; turn < mostTurns && waiting() > before; turn += 1) {
    before = waiting()
    await new Promise(setImmediate)
  }
}

/**
 * The number of waiting arrivals to commit next, after a group of `last`. Where another process commits, this is half
 * of all arrivals under way: while that process commits one half, this one answers the senders of the other half, and
 * they send again. If all waiting arrivals were committed at once, one process would be idle while the other works.
 */
const sizeOfNext = (waiting: number, last: number, commitsElsewhere: boolean): number => {
  const half = Math.max(Math.ceil((waiting + last) / 2), neverParted)
  return Math.min(commitsElsewhere ? half : waiting, largestGroup)
}

/**
 * Commits the waiting arrivals in groups: during one commit, the next group gathers. A commit costs one flush of the
 * disk, however many events it contains. There is one commit at a time, also on PostgreSQL: with two at once, the
 * groups are smaller, and a group costs the server as much as ten to twenty of its events. A second commit in the
 * driver's pipeline gains nothing, and some poolers lose its answers: https://github.com/supabase/supavisor/issues/1061
 * Another process receives the next group before the senders of the last group receive their answers. Otherwise it
 * would be idle meanwhile, which costs 7 % of the events a second.
 */
export const createCommitter = (
  { append, commitsElsewhere }: Pick<Store, 'append' | 'commitsElsewhere'>,
  onCommit: (commit: Commit) => void,
) => {
  const waiting: Waiting[] = []
  let committing = 0
  let running: Promise<void> | undefined

  /** Begins to commit the next group, after a group of `last`; `undefined` if nothing waits. */
  const beginNext = (last: number): Promise<Done> | undefined => {
    const group = waiting.splice(0, sizeOfNext(waiting.length, last, commitsElsewhere))
    committing += group.length
    return group.length > 0 ? commitGroup(append, group) : undefined
  }

  const commitAll = async (): Promise<void> => {
    await gather(() => waiting.length)
    for (let next = beginNext(0); next !== undefined;) {
      const done = await next
      next = commitsElsewhere ? beginNext(done.group.length) : undefined
      // The next group leaves this process before the event loop's turn ends.
      if (next !== undefined) await new Promise(setImmediate)
      committing -= done.group.length
      answerAll(done)
      onCommit(done.commit)
      next ??= beginNext(0)
    }
  }

  const run = (): Promise<void> =>
    commitAll().finally(() => {
      running = undefined
    })

  return {
    /** Puts one arrival into the next group. */
    add: (arrival: Arrival, answer: Answer): void => {
      waiting.push({ arrival, answer })
      running ??= run()
    },
    /** The number of arrivals that wait or are being committed. */
    queued: (): number => waiting.length + committing,
    /** Whether there is no room for more. */
    isFull: (): boolean => waiting.length + committing >= longestQueue,
    /** Resolves when nothing waits any more. */
    drained: async (): Promise<void> => {
      while (running) await running
    },
  }
}

/** Returns a function that logs the first commit that fails, and the first one that succeeds again. */
export const createCommitLog = (log: Log) => {
  let failing = false
  return (error: unknown): void => {
    const fails = error !== undefined
    if (fails && !failing) log({ event: 'cannot commit', message: wordsOf(error) })
    if (!fails && failing) log({ event: 'commits again' })
    failing = fails
  }
}
