import { unhurried, type Postgres, type Query } from './database'
import { expiryIndex, markAnew, retentionTables } from './expire'
import { forwardTables } from './forward'
import { appendAtOnce, appendBySubscript } from './insert'
import { refuseFormerKeys } from './key'
import { summaryByDay, summaryOnce, summaryTables } from './summary'

/** Each migration brings the tables from the version of its index to the next. A released one is never changed. */
export const migrations: readonly string[] = [
  `
  CREATE SEQUENCE wasabi_sequence CACHE 1;
  CREATE TABLE wasabi_event (
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    number bigint NOT NULL DEFAULT nextval('wasabi_sequence'),
    received_at bigint NOT NULL,
    key bytea NOT NULL UNIQUE,
    customer bytea NOT NULL,
    text text NOT NULL,
    PRIMARY KEY (xid, number)
  );
  CREATE INDEX wasabi_event_customer ON wasabi_event (customer);
  CREATE INDEX wasabi_event_received_at ON wasabi_event USING brin (received_at);
  CREATE TABLE wasabi_aside (
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    number bigint NOT NULL DEFAULT nextval('wasabi_sequence'),
    received_at bigint NOT NULL,
    outcome text NOT NULL,
    bytes bytea NOT NULL,
    refusal text,
    customer bytea,
    PRIMARY KEY (xid, number)
  );
  CREATE UNIQUE INDEX wasabi_aside_once ON wasabi_aside (outcome, received_at, sha256(bytes));
  CREATE INDEX wasabi_aside_outcome ON wasabi_aside (outcome, number);
  CREATE TABLE wasabi_erased (digest bytea PRIMARY KEY);
  `,
  forwardTables + summaryTables,
  // Cursors from before generations existed have none.
  `
  CREATE TABLE wasabi_store (generation text NOT NULL, place text NOT NULL DEFAULT '', retention_time bigint);
  INSERT INTO wasabi_store (generation)
    SELECT CASE WHEN EXISTS (SELECT FROM wasabi_event) THEN '' ELSE left(md5(gen_random_uuid()::text), 8) END;
  `,
  summaryByDay,
  refuseFormerKeys,
  summaryOnce + expiryIndex,
  appendAtOnce,
  appendBySubscript,
  retentionTables,
]

/** Any number will do, as long as it stays the same. */
const lock = 0x77617361

const migrate = async (query: Query): Promise<void> => {
  await query(unhurried(`SELECT pg_advisory_xact_lock(${String(lock)})`))
  await query('CREATE TABLE IF NOT EXISTS wasabi_version (version integer NOT NULL)')
  const [row] = await query<{ readonly version: number }>('SELECT version FROM wasabi_version')
  const version = row?.version ?? 0
  if (version > migrations.length)
    throw new Error('its tables were made by a newer wasabi, which must be used from then on')
  // An empty commit waits for no standby, so an endpoint can start without one, and read.
  if (version === migrations.length) return
  for (const migration of migrations.slice(version)) await query(unhurried(migration))
  await query('DELETE FROM wasabi_version')
  await query(`INSERT INTO wasabi_version VALUES (${String(migrations.length)})`)
}

const isAhead = 'xid >= pg_snapshot_xmax(pg_current_snapshot())'

/**
 * Rows restored from a dump contain the numbers of another server's transactions. They would stay hidden until this
 * server has counted as far, so they are placed first. A receiver may not have all of them, so they are forwarded again
 * from the beginning, as after a position that this server has not reached. To retention they are stored anew: their
 * own marks have no meaning here.
 */
const adoptRestored = async (query: Query): Promise<void> => {
  const adopted: unknown[] = []
  for (const table of ['wasabi_event', 'wasabi_aside'])
    adopted.push(
      ...(await query(
        unhurried(`WITH moved AS (UPDATE ${table} SET xid = '1' WHERE ${isAhead} RETURNING 1)
      SELECT 1 FROM moved LIMIT 1`),
      )),
    )
  const marksAhead = await query(`DELETE FROM wasabi_retention_mark WHERE ${isAhead} RETURNING 1`)
  if (adopted.length + marksAhead.length > 0) await markAnew(query)
  await query(
    `UPDATE wasabi_forward_position SET xid = '0', number = 0 ${adopted.length > 0 ? '' : `WHERE ${isAhead}`}`,
  )
}

/** Refuses a server that would lose confirmed commits, or cannot store every text. */
const checkServer = async (query: Query): Promise<void> => {
  const [row] = await query<{ readonly fsync: string; readonly encoding: string }>(
    `SELECT current_setting('fsync') AS fsync, current_setting('server_encoding') AS encoding`,
  )
  if (row?.fsync === 'off') throw new Error('it runs with fsync = off, and would lose confirmed events in a power cut')
  if (row?.encoding !== 'UTF8')
    throw new Error(
      `its encoding is ${String(row?.encoding)}, which cannot store every text: make a database with ENCODING 'UTF8'`,
    )
}

/** Identifies the tables. It changes only when they are created anew from a dump. */
const place = `(SELECT oid FROM pg_database WHERE datname = current_database()) || '.' || 'wasabi_event'::regclass::oid`

/** The facts about a store that are read once. */
export type Prepared = {
  /**
   * Distinguishes this store from the one that it was restored from: a cursor may precede other events there than here.
   */
  readonly generation: string
  /** Whether some events have keys in the former form. */
  readonly hasFormerKeys: boolean
}

/** Makes the tables, or brings them up to date, one process at a time. */
export const preparePostgres = async ({ query, transaction }: Postgres): Promise<Prepared> => {
  await checkServer(query)
  await transaction(migrate)
  await transaction(adoptRestored)
  const [row] = await query<{ readonly moved: boolean }>(`SELECT place <> ${place} AS moved FROM wasabi_store`)
  // An empty commit waits for no standby.
  if (row?.moved === true)
    await query(`UPDATE wasabi_store SET place = ${place},
      generation = CASE place WHEN '' THEN generation ELSE left(md5(gen_random_uuid()::text), 8) END
      WHERE place <> ${place}`)
  const [store] = await query<Prepared>('SELECT generation, former_keys AS "hasFormerKeys" FROM wasabi_store')
  return store ?? { generation: '', hasFormerKeys: true }
}
