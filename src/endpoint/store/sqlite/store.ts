import { appendTo } from './append'
import { createErasure } from './erase'
import { openSqlite } from './database'
import { createSqliteForward } from './forward'
import { createSqliteSummary } from './summary'
import { createSqliteReader } from './read'
import { inTransaction } from './transaction'
import type { Arrival, Outcome, Store } from '../store'

/** Rows at a time: SQLite works on the event loop, and nobody is to wait for long. */
const expiredAtOnce = 500

/** Keeps everything in one SQLite file. Rejects with a sentence that says what to do if that file cannot be used. */
export const createSqliteStore = async (file: string): Promise<Store> => {
  const database = await openSqlite(file)
  const erasure = createErasure(database)
  const appendNow = appendTo(database, erasure)
  const selectErased = database.prepare('SELECT digest FROM erased ORDER BY digest')
  const deleteAside = database.prepare('DELETE FROM aside WHERE cursor = ?')
  const expire = ['event', 'aside'].map((table) =>
    database.prepare(
      `DELETE FROM ${table} WHERE cursor IN (SELECT cursor FROM ${table} WHERE received_at < ? LIMIT ${String(expiredAtOnce)})`,
    ),
  )

  const append = async (arrivals: readonly Arrival[]): Promise<readonly Outcome[]> => {
    const { outcomes, toErase } = appendNow(arrivals)
    // Before anybody is answered: whoever is not, sends again, and is erased then.
    if (toErase.length > 0)
      await erasure.learn({
        customerIds: toErase.flatMap(({ customerIds }) => customerIds),
        interactionIds: toErase.flatMap(({ interactionIds }) => interactionIds),
      })
    return outcomes
  }

  // `async` turns what SQLite throws into a rejection; the work itself is done when these return.
  return {
    append,
    lanes: 1,
    ...createSqliteReader(database),
    discard: async (cursors) => {
      inTransaction(database, () => {
        for (const cursor of cursors) deleteAside.run(Number(cursor))
      })
    },
    erase: (customerId) => erasure.erase({ customerIds: [customerId], interactionIds: [] }),
    erased: async () => (selectErased.all() as { readonly digest: string }[]).map(({ digest }) => digest),
    addErased: async (digests) => {
      erasure.add(digests)
    },
    sweepErased: erasure.sweep,
    // One counter gives the cursors, within the transactions.
    settle: () => Promise.resolve(),
    expire: async (before) => expire.map((statement) => Number(statement.run(before).changes)).includes(expiredAtOnce),
    forward: createSqliteForward(database),
    summary: createSqliteSummary(file, database),
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
