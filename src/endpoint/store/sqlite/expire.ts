import { markEvery, type Age, type Store } from '../store'
import { inTransaction, type Database } from './database'

/**
 * A mark says that the entries up to a cursor were stored by a retention time. The mark of the time 0 is of the entries
 * from before retention began.
 */
export const retentionTables = `
  CREATE TABLE retention_mark (time INTEGER PRIMARY KEY, cursor INTEGER NOT NULL);
  INSERT INTO retention_mark SELECT 0, newest FROM sequence, store WHERE retention_time IS NOT NULL;
`

/** Rows deleted at a time: SQLite works on the event loop, and no request should wait for long. */
const expiredAtOnce = 500

const deletionFrom = (database: Database, table: 'event' | 'aside') => {
  // The plus sign selects the index over times: all entries may be up to the mark.
  const statement = database.prepare(
    `WITH mark AS (SELECT time, cursor FROM retention_mark WHERE time <= ?2 ORDER BY time DESC LIMIT 1)
    DELETE FROM ${table} WHERE cursor IN (SELECT cursor FROM ${table}
      WHERE received_at < (SELECT iif(time = 0, min(?1, ?2), ?1) FROM mark)
      AND +cursor <= (SELECT cursor FROM mark) LIMIT ${String(expiredAtOnce)})`,
  )
  return ({ receivedBefore, storedBefore }: Age): number => Number(statement.run(receivedBefore, storedBefore).changes)
}

const markingIn = (database: Database): ((time: number) => void) => {
  const mark = database.prepare(`INSERT INTO retention_mark SELECT ?1, newest FROM sequence
    WHERE (SELECT max(time) FROM retention_mark) <= ?1 - ${String(markEvery)}`)
  const markFirst = database.prepare(`INSERT INTO retention_mark SELECT 0, newest FROM sequence
    WHERE NOT EXISTS (SELECT 1 FROM retention_mark)`)
  const update = database.prepare('UPDATE store SET retention_time = max(coalesce(retention_time, 0), ?)')
  return (time) => {
    inTransaction(database, () => {
      markFirst.run()
      mark.run(time)
      update.run(time)
    })
  }
}

/** Returns functions that delete by age, and that read and set the retention time. */
export const createExpiry = (database: Database): Pick<Store, 'expire' | 'retentionTime' | 'setRetentionTime'> => {
  const expireEvents = deletionFrom(database, 'event')
  const expireAside = deletionFrom(database, 'aside')
  const forgetMarks = database.prepare(
    'DELETE FROM retention_mark WHERE time < (SELECT max(time) FROM retention_mark WHERE time <= ?)',
  )
  const selectTime = database.prepare(`SELECT coalesce(retention_time,
    (SELECT max(received_at) FROM event WHERE received_at <= ?)) AS time FROM store`)
  const mark = markingIn(database)

  return {
    expire: async (age) => {
      const [events, aside] = [expireEvents(age), expireAside(age)]
      forgetMarks.run(age.storedBefore)
      return { events, aside, more: events === expiredAtOnce || aside === expiredAtOnce }
    },
    retentionTime: async () => (selectTime.get(Date.now()) as { readonly time: number | null }).time ?? undefined,
    setRetentionTime: async (time) => {
      mark(time)
    },
  }
}
