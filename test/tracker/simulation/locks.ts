import type { Clock } from './clock'

/** The part of a page that locks use. */
export type Holder = {
  readonly origin: string
  readonly isFrozen: () => boolean
  readonly die: () => void
  readonly run: (work: () => void) => void
}

type Work = (lock: object | null) => Promise<unknown>

export type Locks = {
  readonly request: (page: Holder, work: Work) => Promise<unknown>
  readonly release: (page: Holder) => void
}

/** Web Locks of one profile, limited to one name and `ifAvailable`. */
export const createLocks = (clock: Clock): Locks => {
  const holders = new Map<string, Holder>()
  const release = (page: Holder) => {
    if (holders.get(page.origin) === page) holders.delete(page.origin)
  }
  return {
    release,
    request: (page, work) =>
      new Promise((resolve, reject) => {
        // The answer arrives from another process.
        clock.plan(1, () => {
          page.run(() => {
            const holder = holders.get(page.origin)
            // Chromium 156 drops a page from the back/forward cache when another one wants its lock.
            if (holder?.isFrozen()) holder.die()
            const isFree = !holders.has(page.origin)
            if (isFree) holders.set(page.origin, page)
            const ended = Promise.resolve(work(isFree ? {} : null))
            const giveBack = () => {
              if (isFree) release(page)
            }
            ended.then(giveBack, giveBack)
            ended.then(resolve, reject)
          })
        })
      }),
  }
}
