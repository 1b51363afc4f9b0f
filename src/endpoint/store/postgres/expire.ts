import type { Store } from '../store'
import { unhurried, type Query } from './database'

/**
 * The index that finds expired events. The former index stored the oldest event of each range of pages, and kept it
 * after that event was deleted: once later events had replaced the expired ones, each search read all of them.
 * https://www.postgresql.org/docs/15/brin-intro.html
 */
export const expiryIndex = `
  DROP INDEX wasabi_event_received_at;
  CREATE INDEX wasabi_event_received_at ON wasabi_event (received_at);
`

/** Rows deleted at a time, so that nobody waits for long. */
const expiredAtOnce = 5000

const expireFrom = async (query: Query, table: 'wasabi_event' | 'wasabi_aside', before: number): Promise<number> => {
  const text = `WITH gone AS (DELETE FROM ${table} WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM ${table} WHERE received_at < $1 ORDER BY received_at LIMIT ${String(expiredAtOnce)}))
    RETURNING 1)
    SELECT count(*)::int AS count FROM gone`
  const [row] = await query<{ readonly count: number }>({ ...unhurried(text), values: [before] })
  return row?.count ?? 0
}

/** Returns functions that delete by age, and that read and set the retention time. */
export const createExpiry = (query: Query): Pick<Store, 'expire' | 'retentionTime' | 'setRetentionTime'> => ({
  expire: async (before) => {
    const events = await expireFrom(query, 'wasabi_event', before)
    const aside = await expireFrom(query, 'wasabi_aside', before)
    return { events, more: events === expiredAtOnce || aside === expiredAtOnce }
  },
  retentionTime: async () => {
    const text = `SELECT coalesce(retention_time,
      (SELECT received_at FROM wasabi_event ORDER BY xid DESC, number DESC LIMIT 1))::text AS time FROM wasabi_store`
    const [row] = await query<{ readonly time: string | null }>(text)
    return row?.time == null ? undefined : Number(row.time)
  },
  setRetentionTime: async (time) => {
    await query({
      text: 'UPDATE wasabi_store SET retention_time = greatest(retention_time, $1::bigint)',
      values: [time],
    })
  },
})
