import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { createReading } from '../store/pages'
import type { Appended, Arrival, Store } from '../store/store'
import { entryMessage, repeatMessage } from './rows'

type Follower = {
  /** Plain repeats. They are not stored, so they cannot be read after a cursor. */
  notes: readonly string[]
  /** Whether something was reported since the last look. */
  hasNews: boolean
  wake: () => void
  /** The read under way. The store must not be closed during it. */
  reading: Promise<unknown>
  ended: boolean
}

/** Characters of the repeats that wait for a slow reader. */
const keptNotes = 65_536

/** Milliseconds between two looks for events of other processes. A commit of this process wakes the stream at once. */
const lookForOthers = 1000

/**
 * Milliseconds. Proxies close a connection that is silent for a minute. A comment line keeps it open, and reveals a
 * page that left without closing it.
 */
const heartbeat = 15_000

const createFollower = (): Follower => ({
  notes: [],
  hasNews: false,
  wake: () => undefined,
  reading: Promise.resolve(),
  ended: false,
})

/** Lets the follower look at once: now if it waits, else before it waits. */
const rouse = (follower: Follower): void => {
  follower.hasNews = true
  follower.wake()
}

/** Ends the messages of a follower. It reads nothing any more. */
const endFollowing = (follower: Follower): void => {
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
async function* messagesOf(follower: Follower, read: Store['entries'], from: string): AsyncGenerator<string> {
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
const untilLeft = (follower: Follower, messages: AsyncGenerator<string>): AsyncIterable<string> => ({
  [Symbol.asyncIterator]: () => ({
    next: () => messages.next(),
    return: () => {
      endFollowing(follower)
      return messages.return(undefined)
    },
  }),
})

/** The last messages, as many as may wait for a slow reader. */
const lastOf = (messages: readonly string[]): readonly string[] => {
  let size = 0
  const kept = [...messages].reverse().filter((message) => (size += message.length) <= keptNotes)
  return kept.reverse()
}

const repeatsIn = (arrivals: readonly Arrival[], outcomes: readonly Appended[]): readonly string[] =>
  arrivals.flatMap((arrival, index) =>
    arrival.type === 'valid' && outcomes[index] === 'repeated' ? repeatMessage(arrival.receivedAt, arrival.text) : [],
  )

/** Streams arrivals as server-sent events: https://html.spec.whatwg.org/#server-sent-events */
export const createStream = (read: Store['entries']) => {
  const followers = new Set<Follower>()
  let ended = false

  async function* follow(follower: Follower, from: string): AsyncGenerator<string> {
    follower.ended ||= ended
    followers.add(follower)
    try {
      yield* messagesOf(follower, read, from)
    } finally {
      followers.delete(follower)
    }
  }

  return {
    /** Follows the entries after a cursor, until the page closes the stream. */
    open: (from: string): Readable => {
      const follower = createFollower()
      return Readable.from(untilLeft(follower, follow(follower, from)), { highWaterMark: 1 })
    },
    /** Reports a commit to all followers. */
    report: (arrivals: readonly Arrival[], outcomes: readonly Appended[]): void => {
      if (followers.size === 0) return
      const repeats = repeatsIn(arrivals, outcomes)
      for (const follower of followers) {
        follower.notes = lastOf([...follower.notes, ...repeats])
        rouse(follower)
      }
    },
    /** How many streams are open. */
    count: (): number => followers.size,
    /**
     * Ends all streams. Resolves when none of them reads any more. Their pages connect again by themselves, and resume.
     */
    end: async (): Promise<void> => {
      // A stream that is being opened, and has read its start already, would otherwise keep the endpoint from closing.
      ended = true
      for (const follower of followers) endFollowing(follower)
      await Promise.allSettled([...followers].map(({ reading }) => reading))
    },
  }
}
