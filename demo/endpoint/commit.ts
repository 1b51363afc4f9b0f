import type { Arrival, Outcome, Store } from './store'

/** Told once what became of an arrival, after the commit; `undefined` if it could not be committed. */
export type Answer = (outcome: Outcome | undefined) => void

type Waiting = { readonly arrival: Arrival; readonly answer: Answer }

/** A larger batch gains nothing, and keeps the event loop busy for longer. */
const largestBatch = 1000

/**
 * Commits what waits in groups: while one commit is under way, the next group gathers. A commit costs one flush of the
 * disk, however many events are in it.
 */
export const createCommitter = (append: Store['append'], onCommit: (arrivals: readonly Arrival[], outcomes: readonly Outcome[]) => void) => {
  let waiting: Waiting[] = []
  let running: Promise<void> | undefined

  const commit = async (batch: readonly Waiting[]): Promise<void> => {
    const arrivals = batch.map(({ arrival }) => arrival)
    let outcomes: readonly Outcome[] = []
    try {
      outcomes = await append(arrivals)
    } catch (error) {
      // Nothing is lost: the senders are told to come again.
      console.error('wasabi: could not commit,', error)
    }
    batch.forEach(({ answer }, index) => {
      answer(outcomes[index])
    })
    if (outcomes.length > 0) onCommit(arrivals, outcomes)
  }

  const run = async (): Promise<void> => {
    // All that the other sockets have brought in this turn of the event loop goes along.
    await new Promise(setImmediate)
    while (waiting.length > 0) {
      const batch = waiting.slice(0, largestBatch)
      waiting = waiting.slice(largestBatch)
      await commit(batch)
    }
    running = undefined
  }

  return {
    /** Puts one arrival into the next group. */
    add: (arrival: Arrival, answer: Answer): void => {
      waiting.push({ arrival, answer })
      running ??= run()
    },
    /** Resolves when nothing waits any more. */
    drained: async (): Promise<void> => {
      while (running !== undefined) await running
    },
  }
}
