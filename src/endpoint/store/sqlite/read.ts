import type { Refusal } from '../../action/validate'
import { interactionEntries, type InteractionParts } from '../pages'
import { firstCursor, foreignCursor, isCursor, wrongCursor, type Entry, type Page, type Store } from '../store'
import type { Database } from './database'
import { generationOf } from './generation'

type Row = {
  readonly cursor: number
  readonly generation: string
  readonly received_at: number
  readonly outcome: Entry['outcome']
  readonly text: string | null
  readonly bytes: Uint8Array | null
  readonly refusal: string | null
}

const head = `cursor, ${generationOf('cursor')} AS generation, received_at`
const stored = `${head}, 'stored' AS outcome, text, NULL AS bytes, NULL AS refusal FROM event`
const putAside = `${head}, outcome, NULL AS text, bytes, refusal FROM aside`

/** The number of a cursor. A cursor of PostgreSQL has no number here: its reader begins anew. */
export const numberOf = (cursor: string): number => (cursor.includes('-') ? 0 : Number(cursor.split('.', 1)[0]))

/** Cursors from before generations existed have no name. */
const cursorIn = ({ cursor, generation }: Pick<Row, 'cursor' | 'generation'>): string =>
  String(cursor) + (generation && `.${generation}`)

const toEntry = ({ received_at, outcome, text, bytes, refusal, ...place }: Row): Entry => ({
  cursor: cursorIn(place),
  receivedAt: received_at,
  outcome,
  text: text ?? Buffer.from(bytes ?? []).toString(),
  ...(bytes && { bytes }),
  ...(refusal !== null && { refusal: JSON.parse(refusal) as Refusal }),
})

const prepareStatements = (database: Database) => ({
  events: database.prepare(`SELECT ${stored} WHERE cursor > ? ORDER BY cursor LIMIT ?`),
  entries: database.prepare(
    `SELECT ${stored} WHERE cursor > ?1 UNION ALL SELECT ${putAside} WHERE cursor > ?1 ORDER BY cursor LIMIT ?2`,
  ),
  aside: database.prepare(`SELECT ${putAside} WHERE outcome = ?3 AND cursor > ?1 ORDER BY cursor LIMIT ?2`),
  latestRefused: database.prepare(`SELECT ${putAside} WHERE outcome = 'refused' ORDER BY cursor DESC LIMIT ?`),
  // The plus sign selects the index over interactions, instead of a scan of all later events.
  cursorsOf: database.prepare(
    `SELECT cursor, ${generationOf('cursor')} AS generation FROM event
      WHERE interaction_id = ?3 AND +cursor > ?1 ORDER BY +cursor LIMIT ?2`,
  ),
  event: database.prepare(`SELECT ${stored} WHERE cursor = ?`),
  newest: database.prepare(`SELECT newest AS cursor, ${generationOf('newest')} AS generation FROM sequence`),
  known: database.prepare(`SELECT ?1 AS cursor, ${generationOf('?1')} AS generation FROM sequence WHERE newest >= ?1`),
})

const interactionIn = ({ cursorsOf, event }: ReturnType<typeof prepareStatements>): InteractionParts => ({
  cursorsOf: async (interactionId, { after, limit }) =>
    (cursorsOf.all(numberOf(after), limit, interactionId) as Row[]).map(cursorIn),
  entriesAt: async (cursors) =>
    cursors.flatMap((cursor) => {
      const row = event.get(numberOf(cursor)) as Row | undefined
      return row === undefined ? [] : toEntry(row)
    }),
})

/**
 * Reads by cursors. One counter assigns them within the transactions, so an entry that becomes visible later has a
 * later cursor. Each cursor contains the generation.
 */
export const createSqliteReader = (
  database: Database,
): Pick<Store, 'events' | 'entries' | 'aside' | 'latestRefused' | 'interaction' | 'newest' | 'problemWith'> => {
  const statements = prepareStatements(database)
  const entriesOf = (rows: unknown): readonly Entry[] => (rows as readonly Row[]).map(toEntry)

  // `async` turns an error of SQLite into a rejection. The work itself is done when these functions return.
  return {
    events: async ({ after, limit }: Page) => entriesOf(statements.events.all(numberOf(after), limit)),
    entries: async ({ after, limit }: Page) => entriesOf(statements.entries.all(numberOf(after), limit)),
    aside: async (outcome, { after, limit }) => entriesOf(statements.aside.all(numberOf(after), limit, outcome)),
    latestRefused: async (limit) => entriesOf(statements.latestRefused.all(limit)),
    interaction: (interactionId) => interactionEntries(interactionIn(statements), interactionId),
    newest: async () => cursorIn(statements.newest.get() as Row),
    problemWith: async (cursor) => {
      if (!isCursor(cursor)) return wrongCursor
      if (cursor === firstCursor) return undefined
      const known = statements.known.get(numberOf(cursor)) as Row | undefined
      return known !== undefined && cursor === cursorIn(known) ? undefined : foreignCursor
    },
  }
}
