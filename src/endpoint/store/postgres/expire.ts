import { markEvery, type Age, type Store } from '../store'
import { unhurried, type Postgres, type Query } from './database'

/**
 * The index that finds expired events. The former index stored the oldest event of each range of pages, and kept it
 * after that event was deleted: once later events had replaced the expired ones, each search read all of them.
 * https://www.postgresql.org/docs/15/brin-intro.html
 */
export const expiryIndex = `
  DROP INDEX wasabi_event_received_at;
  CREATE INDEX wasabi_event_received_at ON wasabi_event (received_at);
`

/**
 * A mark says that the entries up to a cursor were stored by a retention time. The mark of the time 0 is of the entries
 * from before retention began.
 */
export const retentionTables = `
  CREATE TABLE wasabi_retention_mark (time bigint PRIMARY KEY, xid xid8 NOT NULL, number bigint NOT NULL);
  INSERT INTO wasabi_retention_mark
    SELECT 0, pg_current_xact_id(), 0 FROM wasabi_store WHERE retention_time IS NOT NULL;
`

/** Rows deleted at a time, so that nobody waits for long. */
const expiredAtOnce = 5000

const expireFrom = async (query: Query, table: 'wasabi_event' | 'wasabi_aside', age: Age): Promise<number> => {
  const text = `WITH mark AS (
      SELECT * FROM wasabi_retention_mark WHERE time <= $2::bigint ORDER BY time DESC LIMIT 1),
    gone AS (DELETE FROM ${table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM ${table}
      WHERE received_at < (SELECT CASE time WHEN 0 THEN least($1, $2) ELSE $1::bigint END FROM mark)
      AND (xid, number) <= (SELECT mark.xid, mark.number FROM mark)
      ORDER BY received_at LIMIT ${String(expiredAtOnce)})) RETURNING 1)
    SELECT count(*)::int AS count FROM gone`
  const values = [age.receivedBefore, age.storedBefore]
  const [row] = await query<{ readonly count: number }>({ ...unhurried(text), values })
  return row?.count ?? 0
}

const forgetMarks = `DELETE FROM wasabi_retention_mark
  WHERE time < (SELECT max(time) FROM wasabi_retention_mark WHERE time <= $1)`

// All entries of transactions that have ended are up to the cursor of a mark, and no later one.
const marks = `INSERT INTO wasabi_retention_mark
  SELECT new.time, pg_snapshot_xmin(pg_current_snapshot()), 0 FROM unnest(ARRAY[0, $1::bigint]) AS new (time)
  WHERE new.time >= (SELECT coalesce(max(time) + ${String(markEvery)}, 0) FROM wasabi_retention_mark)
  ON CONFLICT DO NOTHING`

/** Marks everything as stored by the present retention time, instead of what is marked. */
export const markAnew = async (query: Query): Promise<void> => {
  await query('DELETE FROM wasabi_retention_mark')
  await query(`INSERT INTO wasabi_retention_mark
    SELECT retention_time, pg_snapshot_xmax(pg_current_snapshot()), 0 FROM wasabi_store
    WHERE retention_time IS NOT NULL`)
}

const selectTime = `SELECT coalesce(retention_time, (SELECT max(received_at) FROM wasabi_event
  WHERE received_at <= $1))::text AS time FROM wasabi_store`

/** Returns functions that delete by age, and that read and set the retention time. */
export const createExpiry = ({
  query,
  transaction,
}: Postgres): Pick<Store, 'expire' | 'retentionTime' | 'setRetentionTime'> => ({
  expire: async (age) => {
    const events = await expireFrom(query, 'wasabi_event', age)
    const aside = await expireFrom(query, 'wasabi_aside', age)
    await query({ text: forgetMarks, values: [age.storedBefore] })
    return { events, aside, more: events === expiredAtOnce || aside === expiredAtOnce }
  },
  retentionTime: async () => {
    const [row] = await query<{ readonly time: string | null }>({ text: selectTime, values: [Date.now()] })
    return row?.time == null ? undefined : Number(row.time)
  },
  setRetentionTime: (time) =>
    transaction(async (writing) => {
      await writing({ text: marks, values: [time] })
      await writing({
        text: 'UPDATE wasabi_store SET retention_time = greatest(retention_time, $1::bigint)',
        values: [time],
      })
    }),
})
