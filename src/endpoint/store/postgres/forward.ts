import { mostCounted, type ForwardStore, type Lag, type SetAside } from '../forward'
import type { Query } from './database'

/** The tables of forwarding. A refusal is deleted with its event: the answer may quote it. */
export const forwardTables = `
  CREATE TABLE wasabi_forward_position (target text PRIMARY KEY, xid xid8 NOT NULL, number bigint NOT NULL);
  CREATE TABLE wasabi_forward_aside (
    xid xid8 NOT NULL,
    number bigint NOT NULL,
    target text NOT NULL,
    refused_at bigint NOT NULL,
    status integer NOT NULL,
    answer text NOT NULL,
    PRIMARY KEY (xid, number, target),
    FOREIGN KEY (xid, number) REFERENCES wasabi_event (xid, number) ON DELETE CASCADE ON UPDATE CASCADE
  );
`

// A position ahead of the server's transactions, as after a restore, hides nothing: its events are forwarded again.
const behind = `FROM wasabi_event AS e WHERE (e.xid, e.number) > (p.xid, p.number)
  AND e.xid < pg_snapshot_xmin(pg_current_snapshot())`

const statements = {
  position: `
    SELECT CASE WHEN xid < pg_snapshot_xmax(pg_current_snapshot()) THEN xid::text || '-' || number ELSE '0-0' END
    AS cursor FROM wasabi_forward_position WHERE target = $1`,
  save: `INSERT INTO wasabi_forward_position AS p VALUES ($1, $2, $3)
    ON CONFLICT (target) DO UPDATE SET xid = excluded.xid, number = excluded.number
    WHERE (excluded.xid, excluded.number) > (p.xid, p.number) OR p.xid >= pg_snapshot_xmax(pg_current_snapshot())`,
  setAside: `INSERT INTO wasabi_forward_aside SELECT xid, number, $3, $4, $5, $6 FROM wasabi_event
    WHERE xid = $1::xid8 AND number = $2::bigint ON CONFLICT DO NOTHING`,
  takeBack: 'DELETE FROM wasabi_forward_aside WHERE xid = $1 AND number = $2 AND target = $3',
  forget: `WITH refusals AS (DELETE FROM wasabi_forward_aside WHERE target = $1)
    DELETE FROM wasabi_forward_position WHERE target = $1 RETURNING target`,
  refusedBy: `SELECT xid::text || '-' || number AS cursor FROM wasabi_forward_aside
    WHERE target = $1 AND (xid, number) > ($2::xid8, $3::bigint) ORDER BY xid, number LIMIT $4`,
  refusals: `SELECT xid::text || '-' || number AS cursor, target, refused_at::float8 AS "refusedAt", status, answer
    FROM wasabi_forward_aside ORDER BY refused_at DESC LIMIT $1`,
  text: 'SELECT text FROM wasabi_event WHERE xid = $1 AND number = $2',
  lags: `SELECT target, (SELECT count(*)::int FROM (SELECT 1 ${behind} LIMIT ${String(mostCounted)}) AS b) AS events,
    (SELECT received_at::float8 ${behind} ORDER BY e.xid, e.number LIMIT 1) AS oldest,
    (SELECT count(*)::int FROM wasabi_forward_aside AS a WHERE a.target = p.target) AS "setAside"
    FROM wasabi_forward_position AS p`,
} as const

type LagRow = Omit<Lag, 'seconds'> & { readonly oldest: number | null }

// A cursor may end with the generation of its store, which is this one.
const partsOf = (cursor: string): readonly string[] => {
  const [xid = '0', number = '0'] = (cursor.split('.', 1)[0] ?? '').split('-')
  return [xid, number]
}

/** Keeps the positions of forwarding in a database. */
export const createPostgresForward = (query: Query): ForwardStore => {
  const run = <Row>(name: keyof typeof statements, values: readonly unknown[] = []): Promise<readonly Row[]> =>
    query<Row>({ text: statements[name], values: [...values] })

  return {
    position: async (target) => (await run<{ readonly cursor: string }>('position', [target]))[0]?.cursor ?? '0',
    savePosition: async (target, cursor) => {
      await run('save', [target, ...partsOf(cursor)])
    },
    setAside: async ({ target, cursor, refusedAt, status, answer }) => {
      // A text in PostgreSQL cannot contain NUL.
      await run('setAside', [...partsOf(cursor), target, refusedAt, status, answer.replaceAll('\0', '')])
    },
    takeBack: async (target, cursor) => {
      await run('takeBack', [...partsOf(cursor), target])
    },
    forget: async (target) => (await run('forget', [target])).length > 0,
    refusedBy: async (target, { after, limit }) =>
      (await run<Pick<SetAside, 'cursor'>>('refusedBy', [target, ...partsOf(after), limit])).map(
        ({ cursor }) => cursor,
      ),
    refusals: (limit) => run<SetAside>('refusals', [limit]),
    textOf: async (cursor) => (await run<{ readonly text: string }>('text', partsOf(cursor)))[0]?.text,
    lags: async (now) =>
      (await run<LagRow>('lags')).map(({ oldest, ...lag }) => ({
        ...lag,
        seconds: oldest === null ? 0 : Math.max(0, (now - oldest) / 1000),
      })),
  }
}
