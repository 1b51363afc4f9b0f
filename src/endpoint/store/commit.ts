import { wordsOf, type Log } from '../log'
import type { Appended, Arrival, Store } from './store'

/** Hears once what became of an arrival, after the commit; `undefined` if it could not be committed. */
export type Answer = (outcome: Appended) => void

type Waiting = { readonly arrival: Arrival; readonly answer: Answer }

/** What became of a group. */
export type Commit = {
  readonly arrivals: readonly Arrival[]
  /** In the order of the arrivals; empty if they could not be committed. */
  readonly outcomes: readonly Appended[]
  readonly error?: unknown
  readonly seconds: number
}

/** A larger group gains nothing, and keeps the event loop busy for longer. */
const largestGroup = 1000

/** So many events are never parted: another commit would cost more than they do. */
const neverParted = 16

/** Turns of the event loop that a group gathers for at most: each takes tens of microseconds, a commit hundreds. */
const mostTurns = 8

/** At the 16 KB of a body this is 160 MB; at the usual 500 bytes, a quarter of a second of a fast disk. */
const longestQueue = 10_000

type Append = Store['append']

/** A group with what became of it. */
type Done = { readonly group: readonly Waiting[]; readonly commit: Commit }

/** Commits one group. Nothing is lost when that fails: the senders come again. */
const commitGroup = async (append: Append, group: readonly Waiting[]): Promise<Done> => {
  const arrivals = group.map(({ arrival }) => arrival)
  const began = performance.now()
  const appended = await append(arrivals).then(
    (outcomes) => ({ outcomes }),
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

/** Waits for what other sockets bring in this turn of the event loop, and in the next ones while they bring more. */
const gather = async (waiting: () => number): Promise<void> => {
  let before = 0
  for (let turn = 0; turn < mostTurns && waiting() > before; turn += 1) {
    before = waiting()
    await new Promise(setImmediate)
  }
}

/**
 * How many of those that wait are committed next, after a group of `last`. Where another process commits, half of all
 * that are under way: while it commits one half, the other is answered here, and its senders send again. With all that
 * wait, one of the two would be idle while the other works.
 */
const sizeOfNext = (waiting: number, last: number, commitsElsewhere: boolean): number => {
  const half = Math.max(Math.ceil((waiting + last) / 2), neverParted)
  return Math.min(commitsElsewhere ? half : waiting, largestGroup)
}

/**
 * Commits what waits in groups: while one commit is under way, the next group gathers. A commit costs one flush of the
 * disk, however many events are in it. One at a time, also on PostgreSQL: with two at once, the groups are smaller, and
 * a group costs the server as much as ten to twenty of its events. A second one in the driver's pipeline gains nothing,
 * and some poolers lose its answers: https://github.com/supabase/supavisor/issues/1061
 * Another process gets the next group before the senders of the last one get their answers, or it would be idle
 * meanwhile: 7 % of the events a second.
 */
export const createCommitter = (
  { append, commitsElsewhere }: Pick<Store, 'append' | 'commitsElsewhere'>,
  onCommit: (commit: Commit) => void,
) => {
  const waiting: Waiting[] = []
  let committing = 0
  let running: Promise<void> | undefined

  /** Begins with the next group, after one of `last`; `undefined` if nothing waits. */
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
      // The group leaves this process before the event loop's turn ends.
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
    /** How many are waiting or being committed. */
    queued: (): number => waiting.length + committing,
    /** Whether there is no room for more. */
    isFull: (): boolean => waiting.length + committing >= longestQueue,
    /** Resolves when nothing waits any more. */
    drained: async (): Promise<void> => {
      while (running) await running
    },
  }
}

/** Returns what logs the first commit that fails, and the first one that succeeds again. */
export const createCommitLog = (log: Log) => {
  let failing = false
  return (error: unknown): void => {
    const fails = error !== undefined
    if (fails && !failing) log({ event: 'cannot commit', message: wordsOf(error) })
    if (!fails && failing) log({ event: 'commits again' })
    failing = fails
  }
}
