import { unhurried, type Query } from '../../../src/endpoint/store/postgres/database'

type Key = { readonly drop: string; readonly make: string }

/**
 * The statements that drop the keys and indexes of a table, and that make them again. Keys that need no other are
 * first.
 */
const keysOf = (query: Query, table: string): Promise<readonly Key[]> =>
  query<Key>({
    text: `SELECT drop, make FROM (
      SELECT contype = 'f' AS needy, format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS drop,
        format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS make
      FROM pg_constraint WHERE conrelid = $1::text::regclass AND contype IN ('p', 'u') OR confrelid = $1::text::regclass
      UNION ALL SELECT false, format('DROP INDEX %s', indexrelid::regclass),
        -- Of a parent of partitions it is the definition without them.
        replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON ')
      FROM pg_index WHERE indrelid = $1::text::regclass
        AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)) AS keys ORDER BY needy`,
    values: [table],
  })

/**
 * Fills tables anew without their keys, indexes and triggers, and makes these again afterwards: inserting random keys
 * into an index one by one takes hours. The measurements have all of them.
 */
export const refill = async (query: Query, tables: readonly string[], fill: () => Promise<void>): Promise<void> => {
  const keys: Key[] = []
  for (const table of tables) keys.push(...(await keysOf(query, table)))
  for (const { drop } of [...keys].reverse()) await query(drop)
  await query(`TRUNCATE ${tables.join()}`)
  await query('SET LOCAL session_replication_role = replica')
  await fill()
  for (const { make } of keys) await query(unhurried(make))
}
