import { openSqlite } from './sqlite-file'
import { appendTo } from './sqlite-append'
import type { Entry, Page, Store } from './store'
import type { Refusal } from './validate'

type EventRow = { readonly cursor: number; readonly received_at: number; readonly text: string }
type EntryRow = EventRow & { readonly outcome: Entry['outcome']; readonly refusal: string | null }

const stored = "cursor, received_at, 'stored' AS outcome, text, NULL AS refusal FROM event"
const keptAside = 'cursor, received_at, outcome, CAST(bytes AS TEXT), refusal FROM aside'

const toEntry = ({ cursor, received_at, outcome, text, refusal }: EntryRow): Entry => ({
  cursor: String(cursor),
  receivedAt: received_at,
  outcome,
  text,
  ...(refusal !== null && { refusal: JSON.parse(refusal) as Refusal }),
})

/** Keeps everything in one SQLite file. Rejects with a sentence that says what to do if that file cannot be used. */
export const createSqliteStore = async (file: string): Promise<Store> => {
  const database = await openSqlite(file)
  const append = appendTo(database)
  const selectEvents = database.prepare(`SELECT ${stored} WHERE cursor > ? ORDER BY cursor LIMIT ?`)
  const selectEntries = database.prepare(
    `SELECT ${stored} WHERE cursor > ?1 UNION ALL SELECT ${keptAside} WHERE cursor > ?1 ORDER BY cursor LIMIT ?2`,
  )
  const selectInteraction = database.prepare(`SELECT ${stored} WHERE interaction_id = ? ORDER BY cursor`)
  const selectNewest = database.prepare('SELECT newest FROM sequence')

  const read = (statement: typeof selectEvents, { after, limit }: Page): readonly Entry[] =>
    (statement.all(Number(after), limit) as EntryRow[]).map(toEntry)

  return {
    // `async` turns what SQLite throws into a rejection; the work itself is done when these return.
    append: async (arrivals) => append(arrivals),
    events: async (page) => read(selectEvents, page),
    entries: async (page) => read(selectEntries, page),
    interaction: async (interactionId) => (selectInteraction.all(interactionId) as EntryRow[]).map(toEntry),
    newest: async () => String((selectNewest.get() as { readonly newest: number }).newest),
    close: async () => {
      if (database.isOpen) database.close()
    },
  }
}
