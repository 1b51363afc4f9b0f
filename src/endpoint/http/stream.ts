import { Readable } from 'node:stream'
import type { Appended, Arrival, Store } from '../store/store'
import { createFollower, endFollowing, messagesOf, rouse, untilLeft, type Follower } from './follower'
import { repeatMessage } from './rows'

/** Characters of the repeats that wait for a slow reader. */
const keptNotes = 65_536

/** The last messages, as many as may wait for a slow reader. */
const lastOf = (messages: readonly string[]): readonly string[] => {
  const kept: string[] = []
  let size = 0
  for (const message of [...messages].reverse()) {
    size += message.length
    if (size > keptNotes) break
    kept.unshift(message)
  }
  return kept
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
