import type { Claim, Erasure } from './store'

/** The most characters of ids in memory, and in an answer: strangers can send any number of events with long ids. */
const mostText = 1_000_000

/** A collection of the visitors that claim to be a customer. */
export type Claims = ReturnType<typeof createClaims>

/** The interactions of every visitor whose interaction ids do not fit any more. */
const unnamed = new Set<string>()

/** Collects the visitors that claim to be a customer, with the interactions of both, as far as their ids fit. */
export const createClaims = () => {
  const claims = new Map<string, Set<string>>()
  let size = 0
  return {
    add: (visitorId: string, interactionId: string): void => {
      const isFull = size > mostText
      const named = claims.get(visitorId) ?? (isFull ? unnamed : new Set())
      claims.set(visitorId, named)
      if (isFull || named.has(interactionId)) return
      named.add(interactionId)
      size += visitorId.length + interactionId.length
    },
    visitors: (): readonly string[] => [...claims.keys()],
    /** The visitors that are not erased, as far as their ids fit. `more` is the number of those that do not fit. */
    left: (erased: ReadonlySet<string>, counts: ReadonlyMap<string, number>): Pick<Erasure, 'visitors' | 'more'> => {
      const left = [...claims].filter(([id]) => !erased.has(id))
      const visitors: Claim[] = []
      let answered = 0
      for (const [visitorId, ids] of left) {
        if (answered > mostText) break
        answered += visitorId.length
        visitors.push({ visitorId, events: counts.get(visitorId) ?? 0, interactionIds: [...ids] })
      }
      return { visitors, ...(visitors.length < left.length && { more: left.length - visitors.length }) }
    },
  }
}

/** Counts the events of each customer. */
export const createCounts = () => {
  const counts = new Map<string, number>()
  const add = (customerId: string): void => void counts.set(customerId, (counts.get(customerId) ?? 0) + 1)
  return { counts, add }
}
