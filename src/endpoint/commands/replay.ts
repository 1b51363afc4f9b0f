import { allEntries } from '../store/pages'
import type { Entry, Store } from '../store/store'
import { validate } from '../action/validate'

/** The result of a replay. */
export type Replayed = {
  /** Bodies that became events, and those whose event is known already. */
  readonly taken: number
  /** Bodies that are kept aside as conflicting now. */
  readonly conflicting: number
  /** Bodies that are not valid. */
  readonly stillRefused: number
  /** Valid bodies that the database refuses. They stay aside. */
  readonly unstored: number
}

/** Stores refused bodies that are valid by now, with the time of their arrival. The others stay aside. */
export const replayRefused = async (store: Store): Promise<Replayed> => {
  const counts = { taken: 0, conflicting: 0, stillRefused: 0, unstored: 0 }

  const replay = async ({ cursor, receivedAt, bytes, refusal }: Entry): Promise<keyof Replayed> => {
    // Of a body that was too large, only the beginning was kept.
    const validated = refusal?.status === 413 ? undefined : validate(Buffer.from(bytes ?? []))
    if (validated?.type !== 'valid') return 'stillRefused'
    const [outcome] = await store.append([{ ...validated, receivedAt }])
    if (outcome === undefined) return 'unstored'
    // Only now: after any interruption, the event is stored or still kept aside.
    await store.discard([cursor])
    return outcome === 'conflicting' ? 'conflicting' : 'taken'
  }

  for await (const entry of allEntries((page) => store.aside('refused', page))) counts[await replay(entry)] += 1
  return counts
}

/** Replays refused bodies, and prints the result. Resolves to whether the database refused none of them. */
export const printReplay = async (store: Store): Promise<boolean> => {
  const { taken, conflicting, stillRefused, unstored } = await replayRefused(store)
  console.log(`${String(taken)} events taken, ${String(stillRefused)} still refused`)
  if (conflicting > 0) console.log(`${String(conflicting)} bodies conflict with stored events, and are kept aside.`)
  if (unstored > 0)
    console.error(
      `The database refused ${String(unstored)} events, and its log has the reason: they are still kept aside.`,
    )
  return unstored === 0
}
