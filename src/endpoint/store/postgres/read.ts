import { setTimeout as delay } from 'node:timers/promises'
import {
  firstCursor,
  foreignCursor,
  isCursor,
  wrongCursor,
  type AsideOutcome,
  type Entry,
  type Page,
  type Store,
} from '../store'
import { interactionEntries, type InteractionParts } from '../pages'
import { confirmedOnly, type Connections } from './confirmed'
import type { Query } from './database'
import { formerInteractionKey, interactionKey } from './key'
import { cursorsOf, eventsAt, latestRefused, statements, toEntry, type Row } from './rows'

/** Says whether committed rows are held back, because an older transaction is under way. */
const heldBack = `SELECT EXISTS (SELECT FROM wasabi_event WHERE xid >= pg_snapshot_xmin(pg_current_snapshot()))
  OR EXISTS (SELECT FROM wasabi_aside WHERE xid >= pg_snapshot_xmin(pg_current_snapshot())) AS held`

/** Milliseconds, and the number of pauses. A commit takes less. No reader waits for a longer transaction. */
const pause = 5
const pauses = 100

/** Milliseconds. An export is a backup, so it waits longer for the commits that were under way when it began. */
const patience = 5000
const longPause = 50

/** The transaction and number of a cursor. A cursor of SQLite has neither: its reader begins anew. */
export const partsOf = (cursor: string): readonly [string, string] => {
  const [xid = '0', number = '0'] = cursor.includes('-') ? (cursor.split('.')[0] ?? '').split('-') : []
  return [xid, number]
}

type PageReader = (name: keyof typeof statements, page: Page) => Promise<readonly Entry[]>

/** Returns a function that reads a page. An answered sender finds its event, though others are still committing. */
const pageReader = ({ query, transaction }: Connections, suffix: string): PageReader => {
  const readConfirmed = confirmedOnly({ query, transaction })
  const select: PageReader = (name, { after, limit }) => {
    const statement = { text: statements[name], values: [...partsOf(after), limit] }
    return readConfirmed(async (on) => (await on<Row>(statement)).map((row) => toEntry(suffix, row)))
  }
  return async (name, page) => {
    for (let turn = 0; turn < pauses; turn += 1) {
      const [row] = await query<{ readonly held: boolean }>(heldBack)
      const entries = await select(name, page)
      if (row?.held !== true || entries.length === page.limit) return entries
      await delay(pause)
    }
    return select(name, page)
  }
}

const settle = async (query: Query): Promise<void> => {
  const [row] = await query<{ readonly xmax: string }>('SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS xmax')
  const text = 'SELECT pg_snapshot_xmin(pg_current_snapshot()) >= $1::xid8 AS settled'
  for (const end = performance.now() + patience; performance.now() < end; await delay(longPause)) {
    const [now] = await query<{ readonly settled: boolean }>({ text, values: [row?.xmax] })
    if (now?.settled === true) return
  }
  throw new Error(
    'A transaction that is still open on the database server hides the events that were stored since it began: ' +
      'end it, and try again.',
  )
}

const problemWith = async (query: Query, suffix: string, cursor: string): Promise<string | undefined> => {
  if (!isCursor(cursor)) return wrongCursor
  if (cursor === firstCursor) return undefined
  const [xid, number] = partsOf(cursor)
  if (cursor !== `${xid}-${number}${suffix}`) return foreignCursor
  const text = 'SELECT $1::xid8 < pg_snapshot_xmax(pg_current_snapshot()) AS past'
  const [row] = await query<{ readonly past: boolean }>({ text, values: [xid] })
  return row?.past === true ? undefined : foreignCursor
}

const interactionIn = (query: Query, suffix: string): InteractionParts => ({
  cursorsOf: async (interactionId, { after, limit }) => {
    const begins = [interactionKey(interactionId), formerInteractionKey(interactionId)]
    const values = [...partsOf(after), limit, begins.map((begin) => Buffer.from(begin, 'hex'))]
    return (await query<Pick<Row, 'cursor'>>({ text: cursorsOf, values })).map(({ cursor }) => cursor + suffix)
  },
  entriesAt: async (cursors) => {
    const parts = cursors.map(partsOf)
    const values = [parts.map(([xid]) => xid), parts.map(([, number]) => number)]
    return (await query<Row>({ text: eventsAt, values })).map((row) => toEntry(suffix, row))
  },
})

/** Reads by cursors. An entry that becomes visible later has a later cursor. Each cursor contains the generation. */
export const createPostgresReader = (
  { query, transaction }: Connections,
  generation: string,
): Pick<
  Store,
  'events' | 'entries' | 'aside' | 'latestRefused' | 'interaction' | 'newest' | 'problemWith' | 'settle'
> => {
  const suffix = generation && `.${generation}`
  const read = pageReader({ query, transaction }, suffix)
  return {
    events: (page: Page) => read('events', page),
    entries: (page: Page) => read('entries', page),
    aside: (outcome: AsideOutcome, page: Page) => read(outcome, page),
    latestRefused: async (limit) =>
      (await query<Row>({ text: latestRefused, values: [limit] })).map((row) => toEntry(suffix, row)),
    interaction: (interactionId) => interactionEntries(interactionIn(query, suffix), interactionId),
    settle: () => settle(query),
    problemWith: (cursor) => problemWith(query, suffix, cursor),
    newest: async () => {
      const [row] = await query<{ readonly xmin: string }>(
        'SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS xmin',
      )
      return `${String(BigInt(row?.xmin ?? 1) - 1n)}-${'9'.repeat(18)}${suffix}`
    },
  }
}
