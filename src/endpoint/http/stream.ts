import type { ServerResponse } from 'node:http'
import { entryMessage, repeatMessage } from './rows'
import type { Arrival, Outcome, Store } from '../store/store'

type Follower = {
  readonly pull: () => Promise<void>
  readonly note: (message: string) => void
  readonly end: () => void
}

const entriesAtOnce = 500

/** Milliseconds until what another process has stored is looked for: one's own is told of at once. */
const lookForOthers = 1000

/** Proxies close what is silent for a minute; a comment line keeps it open and shows a page that left without a word. */
const heartbeat = 15_000

const follow = (read: Store['entries'], response: ServerResponse, from: string): Follower => {
  let after = from
  let pulling = false
  let behind = false
  let notes: string[] = []

  const pullPage = async (): Promise<void> => {
    const entries = await read({ after, limit: entriesAtOnce })
    after = entries.at(-1)?.cursor ?? after
    behind ||= entries.length === entriesAtOnce
    response.write([...entries.map(entryMessage), ...notes].join(''))
    notes = []
  }

  const pull = async (): Promise<void> => {
    behind = true
    if (pulling) return
    pulling = true
    try {
      // A page that reads slowly is not waited for in memory: it pulls again when it has drained.
      while (behind && !response.writableNeedDrain) {
        behind = false
        await pullPage()
      }
    } catch {
      // The page comes again by itself, and says what it has seen.
      response.end()
    }
    pulling = false
  }

  return {
    pull,
    note: (message) => {
      if (!response.writableNeedDrain) notes.push(message)
    },
    end: () => response.end(),
  }
}

/** Shows what comes in, while it comes in, as server-sent events: https://html.spec.whatwg.org/#server-sent-events */
export const createStream = (read: Store['entries']) => {
  const followers = new Set<Follower>()
  let looking: NodeJS.Timeout | undefined

  const look = (): void => {
    for (const follower of followers) void follower.pull()
  }

  const open = (response: ServerResponse, from: string): void => {
    const follower = follow(read, response, from)
    const alive = setInterval(() => response.write(':\n'), heartbeat)
    followers.add(follower)
    looking ??= setInterval(look, lookForOthers)
    response.on('drain', () => void follower.pull())
    response.on('close', () => {
      clearInterval(alive)
      followers.delete(follower)
      if (followers.size > 0) return
      clearInterval(looking)
      looking = undefined
    })
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
    // An id without data: whoever is cut off before the first event resumes from here all the same.
    response.write(`id: ${from}\n\n`)
    void follower.pull()
  }

  return {
    /** Follows what comes after a cursor, until the page goes. */
    open,
    /** Tells all followers of a commit. */
    tell: (arrivals: readonly Arrival[], outcomes: readonly Outcome[]): void => {
      if (followers.size === 0) return
      const repeats = arrivals.flatMap((arrival, index) =>
        arrival.type === 'valid' && outcomes[index] === 'repeated'
          ? repeatMessage(arrival.receivedAt, arrival.text)
          : [],
      )
      for (const follower of followers) {
        repeats.forEach(follower.note)
        void follower.pull()
      }
    },
    /** How many streams are open. */
    count: (): number => followers.size,
    /** Ends all streams. Their pages come again by themselves, and resume. */
    end: (): void => {
      for (const follower of followers) follower.end()
    },
  }
}
