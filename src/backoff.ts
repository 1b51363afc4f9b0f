import type { Store } from './storage'

/** Until when the endpoint asked this browser to wait, in unix milliseconds: obeyed by every page of the origin. */
const WAIT = 'wasabi.wait'

/** A day in milliseconds: no endpoint may ask for more, and no clock that was set back makes more of it. */
const LONGEST_WAIT = 86_400_000

/** Five minutes in milliseconds. */
const LONGEST_BACKOFF = 300_000

export type Backoff = ReturnType<typeof createBackoff>

/** Decides when what failed is tried again. */
export const createBackoff = (store: Store) => {
  let failures = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  /** Milliseconds that are left of what the endpoint asked for. */
  const wait = () => {
    const left = Number(store.read(WAIT)) - Date.now()
    return left > 0 && left <= LONGEST_WAIT ? left : 0
  }

  const stop = () => {
    clearTimeout(timer)
    timer = undefined
  }

  return {
    wait,
    stop,

    /** Takes down what a `Retry-After` asked for, in milliseconds. */
    ask(milliseconds: number) {
      store.write(WAIT, `${Date.now() + Math.min(milliseconds, LONGEST_WAIT)}`)
    },

    /** Tries again later: full jitter, one step a round however many events failed in it. */
    later(again: () => void) {
      const jitter = Math.random() * Math.min(LONGEST_BACKOFF, 1000 * 2 ** failures)
      timer ??= setTimeout(
        () => {
          timer = undefined
          failures++
          again()
        },
        Math.max(wait(), jitter),
      )
    },

    /** The endpoint answers again: tells whether it had not. */
    reset() {
      const recovered = timer !== undefined || failures > 0
      stop()
      failures = 0
      return recovered
    },
  }
}
