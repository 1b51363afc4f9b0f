import { appendTo } from './sqlite-append'
import { erasureIn } from './sqlite-erase'
import { openSqlite } from './sqlite-file'
import { createSqliteReader } from './sqlite-read'
import { inTransaction } from './sqlite-transaction'
import type { Store } from './store'

/** Rows at a time: SQLite works on the event loop, and nobody is to wait for long. */
const expiredAtOnce = 500

/** Keeps everything in one SQLite file. Rejects with a sentence that says what to do if that file cannot be used. */
export const createSqliteStore = async (file: string): Promise<Store> => {
  const database = await openSqlite(file)
  const append = appendTo(database)
  const erasure = erasureIn(database)
  const selectErased = database.prepare('SELECT digest FROM erased ORDER BY digest')
  const deleteAside = database.prepare('DELETE FROM aside WHERE cursor = ?')
  const expire = ['event', 'aside'].map((table) =>
    database.prepare(
      `DELETE FROM ${table} WHERE cursor IN (SELECT cursor FROM ${table} WHERE received_at < ? LIMIT ${String(expiredAtOnce)})`,
    ),
  )

  /** What is gone from the tables is still in the log, until that begins anew: https://sqlite.org/wal.html */
  const emptyLog = (): void => {
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  }

  // `async` turns what SQLite throws into a rejection; the work itself is done when these return.
  return {
    append: async (arrivals) => append(arrivals),
    lanes: 1,
    ...createSqliteReader(database),
    discard: async (cursors) => {
      inTransaction(database, () => {
        for (const cursor of cursors) deleteAside.run(Number(cursor))
      })
    },
    erase: async (customerId) => {
      const count = inTransaction(database, () => erasure.erase({ customerId }))
      emptyLog()
      return count
    },
    erased: async () => (selectErased.all() as { readonly digest: string }[]).map(({ digest }) => digest),
    addErased: async (digests) => {
      inTransaction(database, () => {
        digests.forEach(erasure.add)
      })
    },
    expire: async (before) => expire.map((statement) => Number(statement.run(before).changes)).includes(expiredAtOnce),
    check: async () => {
      // Takes the write lock and writes nothing new.
      inTransaction(database, () => {
        database.exec('UPDATE sequence SET newest = newest')
      })
    },
    close: async () => {
      if (database.isOpen) database.close()
    },
  }
}
