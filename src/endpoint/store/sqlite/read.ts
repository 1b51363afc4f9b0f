import type { DatabaseSyncInstance } from '@photostructure/sqlite'
import type { Entry, Page, Store } from '../store'
import type { Refusal } from '../../action/validate'

type Row = {
  readonly cursor: number
  readonly received_at: number
  readonly outcome: Entry['outcome']
  readonly text: string | null
  readonly bytes: Uint8Array | null
  readonly refusal: string | null
}

const stored = "cursor, received_at, 'stored' AS outcome, text, NULL AS bytes, NULL AS refusal FROM event"
const putAside = 'cursor, received_at, outcome, NULL AS text, bytes, refusal FROM aside'

const toEntry = ({ cursor, received_at, outcome, text, bytes, refusal }: Row): Entry => ({
  cursor: String(cursor),
  receivedAt: received_at,
  outcome,
  text: text ?? Buffer.from(bytes ?? []).toString(),
  ...(bytes && { bytes }),
  ...(refusal !== null && { refusal: JSON.parse(refusal) as Refusal }),
})

/** Reads by cursors, which one counter gives within the transactions, so that no entry slips behind. */
export const createSqliteReader = (
  database: DatabaseSyncInstance,
): Pick<Store, 'events' | 'entries' | 'aside' | 'latestRefused' | 'interaction' | 'newest'> => {
  const selectEvents = database.prepare(`SELECT ${stored} WHERE cursor > ? ORDER BY cursor LIMIT ?`)
  const selectEntries = database.prepare(
    `SELECT ${stored} WHERE cursor > ?1 UNION ALL SELECT ${putAside} WHERE cursor > ?1 ORDER BY cursor LIMIT ?2`,
  )
  const selectAside = database.prepare(`SELECT ${putAside} WHERE outcome = ?3 AND cursor > ?1 ORDER BY cursor LIMIT ?2`)
  const selectRefused = database.prepare(`SELECT ${putAside} WHERE outcome = 'refused' ORDER BY cursor DESC LIMIT ?`)
  const selectInteraction = database.prepare(`SELECT ${stored} WHERE interaction_id = ? ORDER BY cursor`)
  const selectNewest = database.prepare('SELECT newest FROM sequence')

  const entriesOf = (rows: unknown): readonly Entry[] => (rows as readonly Row[]).map(toEntry)
  // A cursor of the other store comes from before a move: whoever brings it begins anew.
  const numberOf = ({ after }: Page): number => (after.includes('-') ? 0 : Number(after))

  // `async` turns what SQLite throws into a rejection; the work itself is done when these return.
  return {
    events: async (page) => entriesOf(selectEvents.all(numberOf(page), page.limit)),
    entries: async (page) => entriesOf(selectEntries.all(numberOf(page), page.limit)),
    aside: async (outcome, page) => entriesOf(selectAside.all(numberOf(page), page.limit, outcome)),
    latestRefused: async (limit) => entriesOf(selectRefused.all(limit)),
    interaction: async (interactionId) => entriesOf(selectInteraction.all(interactionId)),
    newest: async () => String((selectNewest.get() as { readonly newest: number }).newest),
  }
}
