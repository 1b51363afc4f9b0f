import { setTimeout as sleep } from 'node:timers/promises'
import { createReading } from '../store/pages'
import type { Store } from '../store/store'
import { entryMessage } from './rows'

/** The state of one stream. */
export type Follower = {
  /** Plain repeats. They are not stored, so they cannot be read after a cursor. */
  notes: readonly string[]
  /** Whether something was reported since the last look. */
  hasNews: boolean
  wake: () => void
  /** The read under way. The store must not be closed during it. */
  reading: Promise<unknown>
  ended: boolean
}

/** Milliseconds between two looks for events of other processes. A commit of this process wakes the stream at once. */
const lookForOthers = 1000

/**
 * Milliseconds. Proxies close a connection that is silent for a minute. A comment line keeps it open, and reveals a
 * page that left without closing it.
 */
const heartbeat = 15_000

/** The state of a stream that has not begun. */
export const createFollower = (): Follower => ({
  notes: [],
  hasNews: false,
  wake: () => undefined,
  reading: Promise.resolve(),
  ended: false,
})

/** Lets the follower look at once: now if it waits, else before it waits. */
export const rouse = (follower: Follower): void => {
  follower.hasNews = true
  follower.wake()
}

/** Ends the messages of a follower. It reads nothing any more. */
export const endFollowing = (follower: Follower): void => {
  follower.ended = true
  rouse(follower)
}

const waitFor = async (follower: Follower): Promise<void> => {
  const woken = new AbortController()
  const waken = new Promise<void>((resolve) => (follower.wake = resolve))
  await Promise.race([waken, sleep(lookForOthers, undefined, { signal: woken.signal }).catch(() => undefined)])
  woken.abort()
}

/** Reads the next entries only when the reader has read the last ones: a slow reader costs a few entries. */
export async function* messagesOf(follower: Follower, read: Store['entries'], from: string): AsyncGenerator<string> {
  const readNext = createReading(read, from)
  let spoken = performance.now()
  // An id without data: a reader that is cut off before the first event can resume from here.
  yield `id: ${from}\n\n`
  while (!follower.ended) {
    follower.hasNews = false
    const reading = readNext()
    follower.reading = reading
    const { entries, hasMore } = await reading
    const { notes } = follower
    follower.notes = []
    for (const entry of entries) yield entryMessage(entry)
    yield* notes
    const isSilent = performance.now() - spoken > heartbeat
    if (isSilent) yield ':\n\n'
    if (isSilent || entries.length + notes.length > 0) spoken = performance.now()
    if (!hasMore && !follower.hasNews) await waitFor(follower)
  }
}

/** A generator ends at its next message only: a silent one would read on after its page has left. */
export const untilLeft = (follower: Follower, messages: AsyncGenerator<string>): AsyncIterable<string> => ({
  [Symbol.asyncIterator]: () => ({
    next: () => messages.next(),
    return: () => {
      endFollowing(follower)
      return messages.return(undefined)
    },
  }),
})
