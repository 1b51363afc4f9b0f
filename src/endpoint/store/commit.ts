import type { Arrival, Outcome, Store } from './store'

/** Told once what became of an arrival, after the commit; `undefined` if it could not be committed. */
export type Answer = (outcome: Outcome | undefined) => void

type Waiting = { readonly arrival: Arrival; readonly answer: Answer }

/** What is told of each group, when it is done. */
export type Commit = {
  readonly arrivals: readonly Arrival[]
  /** In the order of the arrivals; empty if they could not be committed. */
  readonly outcomes: readonly Outcome[]
  readonly error?: unknown
  readonly seconds: number
}

/** A larger batch gains nothing, and keeps the event loop busy for longer. */
const largestBatch = 1000

/** Turns of the event loop that a group gathers for at most: each takes tens of microseconds, a commit hundreds. */
const mostTurns = 8

/** At the 16 KB of a body this is 160 MB; at the usual 500 bytes, a quarter of a second of a fast disk. */
const longestQueue = 10_000

/**
 * Commits what waits in groups: while one commit is under way, the next group gathers. A commit costs one flush of the
 * disk, however many events are in it.
 */
export const createCommitter = (
  { append, lanes }: Pick<Store, 'append' | 'lanes'>,
  onCommit: (commit: Commit) => void,
) => {
  let waiting: Waiting[] = []
  let committing = 0
  const running = new Set<Promise<void>>()

  const commit = async (batch: readonly Waiting[]): Promise<void> => {
    const arrivals = batch.map(({ arrival }) => arrival)
    const began = performance.now()
    committing += batch.length
    const done = await append(arrivals).then(
      (outcomes) => ({ outcomes }),
      // Nothing is lost: the senders are told to come again.
      (error: unknown) => ({ outcomes: [], error }),
    )
    committing -= batch.length
    batch.forEach(({ answer }, index) => {
      answer(done.outcomes[index])
    })
    onCommit({ arrivals, seconds: (performance.now() - began) / 1000, ...done })
  }

  /** Lets all go along that other sockets bring in this turn of the event loop, and in the next ones while they bring more. */
  const gather = async (): Promise<void> => {
    let before = 0
    for (let turn = 0; turn < mostTurns && waiting.length > before; turn += 1) {
      before = waiting.length
      await new Promise(setImmediate)
    }
  }

  const run = async (): Promise<void> => {
    await gather()
    while (waiting.length > 0) {
      const batch = waiting.slice(0, largestBatch)
      waiting = waiting.slice(largestBatch)
      await commit(batch)
    }
  }

  /** A second lane is opened once the first one is under way and there is enough to fill it. */
  const isWorthwhile = (): boolean =>
    running.size === 0 || (running.size < lanes && waiting.length >= 16 * running.size)

  const start = (): void => {
    if (!isWorthwhile()) return
    const lane = run().finally(() => running.delete(lane))
    running.add(lane)
  }

  return {
    /** Puts one arrival into the next group. */
    add: (arrival: Arrival, answer: Answer): void => {
      waiting.push({ arrival, answer })
      start()
    },
    /** How many are waiting or being committed. */
    queued: (): number => waiting.length + committing,
    /** Whether there is no room for more. */
    isFull: (): boolean => waiting.length + committing >= longestQueue,
    /** Resolves when nothing waits any more. */
    drained: async (): Promise<void> => {
      while (running.size > 0) await Promise.all(running)
    },
  }
}
