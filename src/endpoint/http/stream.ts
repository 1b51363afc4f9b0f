import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Appended, Arrival, Entry, Store } from '../store/store'
import { entryMessage, repeatMessage } from './rows'

type Follower = {
  /** Plain repeats, which are not kept and so cannot be read after a cursor. */
  notes: readonly string[]
  /** Whether a commit was reported since the last look. */
  hasNews: boolean
  wake: () => void
  /** What is being read from the store, which must not be closed meanwhile. */
  reading: Promise<readonly Entry[]>
  ended: boolean
}

/** At the 16 KB of a body, a page is 0.8 MB. */
const entriesAtOnce = 50

/** Repeats that wait for a page that reads slowly. */
const mostNotes = 50

/** Milliseconds until what another process has stored is looked for: a commit of one's own wakes at once. */
const lookForOthers = 1000

/**
 * Proxies close what is silent for a minute; a comment line keeps it open and shows a page that left without a word.
 */
const heartbeat = 15_000

const waitFor = async (follower: Follower): Promise<void> => {
  const woken = new AbortController()
  const waken = new Promise<void>((resolve) => (follower.wake = resolve))
  await Promise.race([waken, sleep(lookForOthers, undefined, { signal: woken.signal }).catch(() => undefined)])
  woken.abort()
}

/** Reads on only when the reader has read what was sent: a slow reader costs one page of rows. */
async function* messagesOf(follower: Follower, read: Store['entries'], from: string): AsyncGenerator<string> {
  let after = from
  let spoken = performance.now()
  // An id without data: a reader that is cut off before the first event resumes from here all the same.
  yield `id: ${from}\n\n`
  while (!follower.ended) {
    follower.hasNews = false
    follower.reading = read({ after, limit: entriesAtOnce })
    const entries = await follower.reading
    after = entries.at(-1)?.cursor ?? after
    const messages = [...entries.map(entryMessage), ...follower.notes]
    follower.notes = []
    const isSilent = performance.now() - spoken > heartbeat
    if (messages.length > 0 || isSilent) {
      spoken = performance.now()
      yield messages.join('') || ':\n\n'
    }
    if (entries.length < entriesAtOnce && !follower.hasNews) await waitFor(follower)
  }
}

const repeatsIn = (arrivals: readonly Arrival[], outcomes: readonly Appended[]): readonly string[] =>
  arrivals.flatMap((arrival, index) =>
    arrival.type === 'valid' && outcomes[index] === 'repeated' ? repeatMessage(arrival.receivedAt, arrival.text) : [],
  )

/** Shows what comes in, while it comes in, as server-sent events: https://html.spec.whatwg.org/#server-sent-events */
export const createStream = (read: Store['entries']) => {
  const followers = new Set<Follower>()
  let ended = false

  async function* follow(from: string): AsyncGenerator<string> {
    const nothing = Promise.resolve([])
    const follower: Follower = { notes: [], hasNews: false, wake: () => undefined, reading: nothing, ended }
    followers.add(follower)
    try {
      yield* messagesOf(follower, read, from)
    } finally {
      followers.delete(follower)
    }
  }

  return {
    /** Follows what comes after a cursor, until the page goes. */
    open: (from: string): Readable => Readable.from(follow(from), { highWaterMark: 1 }),
    /** Reports a commit to all followers. */
    report: (arrivals: readonly Arrival[], outcomes: readonly Appended[]): void => {
      if (followers.size === 0) return
      const repeats = repeatsIn(arrivals, outcomes)
      for (const follower of followers) {
        follower.notes = [...follower.notes, ...repeats].slice(-mostNotes)
        follower.hasNews = true
        follower.wake()
      }
    },
    /** How many streams are open. */
    count: (): number => followers.size,
    /**
     * Ends all streams, and resolves when none of them reads any more. Their pages come again
     * by themselves, and resume.
     */
    end: async (): Promise<void> => {
      // One that is being opened, after it has read where to begin, would keep the endpoint from closing.
      ended = true
      for (const follower of followers) {
        follower.ended = true
        follower.wake()
      }
      await Promise.allSettled([...followers].map(({ reading }) => reading))
    },
  }
}
