/**
 * The tables. One sequence numbers both, so that a stream can be resumed over all that came in; it is a row of its own,
 * since an erased newest entry must not give its cursor away again.
 */
export const sqliteSchema = `
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
`
