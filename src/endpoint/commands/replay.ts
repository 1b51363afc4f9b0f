import { allEntries } from '../store/pages'
import type { Entry, Store } from '../store/store'
import { validate } from '../action/validate'

/** The result of a replay. */
export type Replayed = { readonly taken: number; readonly stillRefused: number }

/** Stores refused bodies that are valid by now, with the time of their arrival. The others stay aside. */
export const replayRefused = async (store: Store): Promise<Replayed> => {
  let taken = 0
  let stillRefused = 0

  const replay = async ({ cursor, receivedAt, bytes, refusal }: Entry): Promise<void> => {
    // Of a body that was too large, only the beginning was kept.
    const validated = refusal?.status === 413 ? undefined : validate(Buffer.from(bytes ?? []))
    if (validated?.type !== 'valid') {
      stillRefused += 1
      return
    }
    await store.append([{ ...validated, receivedAt }])
    // Only now: after any interruption, the event is stored or still kept aside.
    await store.discard([cursor])
    taken += 1
  }

  for await (const entry of allEntries((page) => store.aside('refused', page))) await replay(entry)
  return { taken, stillRefused }
}
