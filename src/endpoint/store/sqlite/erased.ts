import { customerDigest } from '../person'
import type { Page } from '../store'
import { inTransaction, type Database } from './database'

/** The ids that were erased. */
export type Erased = ReturnType<typeof createErased>

/** Keeps the ids that were erased, by their digests alone. */
export const createErased = (database: Database) => {
  const selectAny = database.prepare('SELECT 1 FROM erased LIMIT 1')
  const select = database.prepare('SELECT 1 FROM erased WHERE digest = ?')
  const insert = database.prepare('INSERT INTO erased VALUES (?) ON CONFLICT DO NOTHING')
  const remove = database.prepare('DELETE FROM erased WHERE digest = ?')
  const selectPage = database.prepare('SELECT digest FROM erased WHERE digest > ? ORDER BY digest LIMIT ?')

  return {
    /** Whether any id was erased. Most often none was, and no id needs to be looked up. */
    any: (): boolean => selectAny.get() !== undefined,
    has: (customerId: string): boolean => select.get(customerDigest(customerId)) !== undefined,
    /** Within an open transaction. */
    insert: (customerIds: readonly string[]): void => {
      for (const id of customerIds) insert.run(customerDigest(id))
    },
    add: (digests: readonly string[]): void => {
      inTransaction(database, () => {
        for (const digest of digests) insert.run(digest)
      })
    },
    remove: (customerId: string): boolean => Number(remove.run(customerDigest(customerId)).changes) > 0,
    page: ({ after, limit }: Page): readonly string[] =>
      (selectPage.all(after, limit) as { readonly digest: string }[]).map(({ digest }) => digest),
  }
}
