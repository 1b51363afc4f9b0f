/** Work that is planned for a moment. */
export type Plan = { readonly at: number; readonly run: () => void; isCancelled: boolean }

export type Clock = {
  /** Milliseconds since the life began. Never jumps. */
  readonly now: () => number
  /** The time that a page reads, in unix milliseconds. A person can set it. */
  readonly wall: () => number
  readonly jump: (milliseconds: number) => void
  readonly plan: (delay: number, run: () => void) => Plan
  /** Runs all work that is planned until then, each with the promises that follow from it. */
  readonly pass: (milliseconds: number) => Promise<void>
  /** True once more work has run than a working script can cause. From then on nothing runs. */
  readonly isEndless: () => boolean
}

/** The most plans that one life may run. With a working script it runs a few thousand. */
const MOST = 50_000

const BEGINNING = Date.parse('2026-11-23T10:00:00.000Z')

/** Resolves after every promise that is ready, and after every promise that follows from those. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

export const createClock = (): Clock => {
  let time = 0
  let skew = 0
  let count = 0
  // Sorted by time. Of two plans with the same time, the one that was planned first is first.
  const plans: Plan[] = []

  const plan = (delay: number, run: () => void) => {
    const planned: Plan = { at: time + Math.max(0, delay), run, isCancelled: false }
    let [low, high] = [0, plans.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((plans[middle] as Plan).at <= planned.at) low = middle + 1
      else high = middle
    }
    plans.splice(low, 0, planned)
    return planned
  }

  const pass = async (milliseconds: number) => {
    const end = time + milliseconds
    for (let next = plans[0]; next && next.at <= end && count < MOST; next = plans[0]) {
      plans.shift()
      if (next.isCancelled) continue
      count++
      time = next.at
      next.run()
      await settled()
    }
    time = end
  }

  return {
    now: () => time,
    wall: () => BEGINNING + Math.floor(time) + skew,
    jump: (milliseconds) => (skew += milliseconds),
    plan,
    pass,
    isEndless: () => count >= MOST,
  }
}
