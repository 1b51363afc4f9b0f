import type { Database } from './database'
import { retentionTables } from './expire'
import { forwardTables } from './forward'
import { summaryAnew, summaryTables } from './summary'

/**
 * Each migration brings the tables from the version of its index to the next. A released one is never changed.
 *
 * One sequence numbers events and bodies kept aside, so that a stream of both can be resumed. It is a row of its own,
 * since the cursor of an erased newest entry must not be assigned again.
 */
const migrations: readonly string[] = [
  `
  CREATE TABLE IF NOT EXISTS sequence (newest INTEGER NOT NULL);
  INSERT INTO sequence SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM sequence);
  CREATE TABLE IF NOT EXISTS event (
    cursor INTEGER PRIMARY KEY,
    received_at INTEGER NOT NULL,
    interaction_id TEXT NOT NULL,
    revision TEXT NOT NULL,
    text TEXT NOT NULL,
    UNIQUE (interaction_id, revision)
  );
  CREATE TABLE IF NOT EXISTS aside (
    cursor INTEGER PRIMARY KEY,
    received_at INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    bytes BLOB NOT NULL,
    refusal TEXT
  );
  CREATE INDEX IF NOT EXISTS aside_outcome ON aside (outcome, cursor);
  `,
  `
  ALTER TABLE event ADD COLUMN customer_id TEXT NOT NULL DEFAULT '';
  UPDATE event SET customer_id = json_extract(text, '$.body.customerId');
  CREATE INDEX event_received_at ON event (received_at);
  ALTER TABLE aside ADD COLUMN customer_id TEXT;
  ALTER TABLE aside ADD COLUMN digest TEXT NOT NULL DEFAULT '';
  UPDATE aside SET digest = cursor;
  CREATE UNIQUE INDEX aside_once ON aside (outcome, received_at, digest);
  CREATE TABLE erased (digest TEXT PRIMARY KEY) WITHOUT ROWID;
  `,
  'CREATE TABLE unfinished (digest TEXT PRIMARY KEY) WITHOUT ROWID;',
  forwardTables + summaryTables,
  // Cursors from before generations existed have none.
  `
  DROP TABLE unfinished;
  CREATE TABLE store (generation TEXT NOT NULL, inode TEXT NOT NULL DEFAULT '', retention_time INTEGER);
  INSERT INTO store (generation) SELECT CASE newest WHEN 0 THEN lower(hex(randomblob(4))) ELSE '' END FROM sequence;
  `,
  summaryAnew,
  `
  CREATE TABLE generation (first INTEGER PRIMARY KEY, name TEXT NOT NULL);
  INSERT INTO generation SELECT 0, generation FROM store;
  ALTER TABLE store DROP COLUMN generation;
  ALTER TABLE store DROP COLUMN inode;
  ${retentionTables}
  `,
]

/**
 * Makes the tables, or brings them up to date, one process at a time: the write lock is taken
 * before the version is read.
 */
export const prepareSqlite = (database: Database): void => {
  database.exec('BEGIN IMMEDIATE')
  const { user_version: version } = database.prepare('PRAGMA user_version').get() as { readonly user_version: number }
  if (version > migrations.length) throw new Error('it was made by a newer wasabi, which must be used from then on')
  for (const migration of migrations.slice(version)) database.exec(migration)
  // Written only after a migration: on a full disk, a file that needs no change can still be read.
  if (version < migrations.length) database.exec(`PRAGMA user_version = ${String(migrations.length)}`)
  database.exec('COMMIT')
}
