import type { Store } from '../store'
import type { Database } from './database'

/** Rows deleted at a time: SQLite works on the event loop, and no request should wait for long. */
const expiredAtOnce = 500

/** Returns functions that delete by age, and that read and set the retention time. */
export const createExpiry = (database: Database): Pick<Store, 'expire' | 'retentionTime' | 'setRetentionTime'> => {
  const statementFor = (table: string) =>
    database.prepare(
      `DELETE FROM ${table} WHERE cursor IN
        (SELECT cursor FROM ${table} WHERE received_at < ? LIMIT ${String(expiredAtOnce)})`,
    )
  const events = statementFor('event')
  const aside = statementFor('aside')
  const selectTime = database.prepare(`SELECT coalesce(retention_time,
    (SELECT received_at FROM event ORDER BY cursor DESC LIMIT 1)) AS time FROM store`)
  const updateTime = database.prepare('UPDATE store SET retention_time = max(coalesce(retention_time, 0), ?)')

  return {
    expire: async (before) => {
      const [deleted, putAside] = [events, aside].map((statement) => Number(statement.run(before).changes))
      return { events: deleted ?? 0, more: deleted === expiredAtOnce || putAside === expiredAtOnce }
    },
    retentionTime: async () => (selectTime.get() as { readonly time: number | null }).time ?? undefined,
    setRetentionTime: async (time) => {
      updateTime.run(time)
    },
  }
}
