import type { DatabaseSyncInstance } from '@photostructure/sqlite'

/** Runs the work of one transaction: all of it is on the disk when this returns, or none of it, when it throws. */
export const inTransaction = <Result>(database: DatabaseSyncInstance, work: () => Result): Result => {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    // On a full disk SQLite has rolled back by itself: https://sqlite.org/lang_transaction.html
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}
