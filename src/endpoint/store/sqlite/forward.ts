import type { DatabaseSyncInstance } from '@photostructure/sqlite'
import { mostCounted, type ForwardStore, type Lag, type SetAside } from '../forward'

/** The tables of forwarding. A refusal is deleted with its event: the answer may quote it. */
export const forwardTables = `
  CREATE TABLE forward_position (target TEXT PRIMARY KEY, cursor INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE forward_aside (
    cursor INTEGER NOT NULL,
    target TEXT NOT NULL,
    refused_at INTEGER NOT NULL,
    status INTEGER NOT NULL,
    answer TEXT NOT NULL,
    PRIMARY KEY (cursor, target)
  ) WITHOUT ROWID;
  CREATE TRIGGER event_not_forwarded AFTER DELETE ON event BEGIN
    DELETE FROM forward_aside WHERE cursor = old.cursor;
  END;
`

const allLags = `SELECT target,
  (SELECT count(*) FROM (SELECT 1 FROM event WHERE event.cursor > p.cursor LIMIT ${String(mostCounted)})) AS events,
  (SELECT received_at FROM event WHERE event.cursor > p.cursor ORDER BY event.cursor LIMIT 1) AS oldest,
  (SELECT count(*) FROM forward_aside AS a WHERE a.target = p.target) AS setAside FROM forward_position AS p`

const cursorsRefused = `SELECT cast(cursor AS TEXT) AS cursor FROM forward_aside
  WHERE target = ? AND forward_aside.cursor > ? ORDER BY forward_aside.cursor LIMIT ?`

const newestRefusals = `SELECT cast(cursor AS TEXT) AS cursor, target, refused_at AS refusedAt, status, answer
  FROM forward_aside ORDER BY refused_at DESC LIMIT ?`

type LagRow = Omit<Lag, 'seconds'> & { readonly oldest: number | null }

// A cursor may end with the generation of its store, which is this one.
const numberOf = (cursor: string): number => Number(cursor.split('.', 1)[0])

/** Keeps the positions of forwarding in an open database. */
export const createSqliteForward = (database: DatabaseSyncInstance): ForwardStore => {
  const position = database.prepare('SELECT cursor FROM forward_position WHERE target = ?')
  const save = database.prepare(`INSERT INTO forward_position VALUES (?, ?)
    ON CONFLICT DO UPDATE SET cursor = max(cursor, excluded.cursor)`)
  const setAside = database.prepare(`INSERT INTO forward_aside SELECT ?, ?, ?, ?, ?
    WHERE EXISTS (SELECT 1 FROM event WHERE cursor = ?1) ON CONFLICT DO NOTHING`)
  const takeBack = database.prepare('DELETE FROM forward_aside WHERE target = ? AND cursor = ?')
  const forgetRefusals = database.prepare('DELETE FROM forward_aside WHERE target = ?')
  const forgetPosition = database.prepare('DELETE FROM forward_position WHERE target = ?')
  const refusedBy = database.prepare(cursorsRefused)
  const refusals = database.prepare(newestRefusals)
  const text = database.prepare('SELECT text FROM event WHERE cursor = ?')
  const lags = database.prepare(allLags)

  // `async` turns an error of SQLite into a rejection. The work itself is done when these functions return.
  return {
    position: async (target) => String((position.get(target) as { readonly cursor: number } | undefined)?.cursor ?? 0),
    savePosition: async (target, cursor) => {
      save.run(target, numberOf(cursor))
    },
    setAside: async ({ target, cursor, refusedAt, status, answer }) => {
      setAside.run(numberOf(cursor), target, refusedAt, status, answer)
    },
    takeBack: async (target, cursor) => {
      takeBack.run(target, numberOf(cursor))
    },
    forget: async (target) => {
      // The position last: if a crash separates the two, the receiver is still known, and can be forgotten again.
      forgetRefusals.run(target)
      return forgetPosition.run(target).changes > 0
    },
    refusedBy: async (target, { after, limit }) =>
      (refusedBy.all(target, numberOf(after), limit) as Pick<SetAside, 'cursor'>[]).map(({ cursor }) => cursor),
    refusals: async (limit) => refusals.all(limit) as SetAside[],
    textOf: async (cursor) => (text.get(numberOf(cursor)) as { readonly text: string } | undefined)?.text,
    lags: async (now) =>
      (lags.all() as LagRow[]).map(({ oldest, ...lag }) => ({
        ...lag,
        seconds: oldest === null ? 0 : Math.max(0, (now - oldest) / 1000),
      })),
  }
}
