import type { DatabaseSyncInstance } from '@photostructure/sqlite'
import { asWritten } from './customer-in'
import { customerDigest, interactionDigest } from './digest'
import { isVisitor } from './visitor'

/** Who is to be erased: a customer or visitor, and an interaction that is known to be theirs. */
export type Person = { readonly customerId: string; readonly interactionId?: string }

/** Returns what knows erased customers, and erases them, in an open transaction. */
export const erasureIn = (database: DatabaseSyncInstance) => {
  const selectAny = database.prepare('SELECT 1 FROM erased LIMIT 1')
  const select = database.prepare('SELECT 1 FROM erased WHERE digest = ?')
  const insert = database.prepare('INSERT INTO erased VALUES (?) ON CONFLICT DO NOTHING')
  const selectInteractions = database.prepare('SELECT DISTINCT interaction_id AS id FROM event WHERE customer_id = ?')
  const selectCustomers = database.prepare('SELECT DISTINCT customer_id AS id FROM event WHERE interaction_id = ?')
  const deleteEvents = database.prepare('DELETE FROM event WHERE customer_id = ?')
  const deleteAside = database.prepare('DELETE FROM aside WHERE customer_id = ?1 OR instr(bytes, ?2) > 0')

  const idsOf = (statement: typeof select, id: string): readonly string[] =>
    (statement.all(id) as { readonly id: string }[]).map((row) => row.id)

  const eraseOne = (customerId: string): number => {
    insert.run(customerDigest(customerId))
    deleteAside.run(customerId, asWritten(customerId))
    return Number(deleteEvents.run(customerId).changes)
  }

  return {
    /** Whether anybody was erased: most often nobody was, and nothing more needs to be asked. */
    any: (): boolean => selectAny.get() !== undefined,
    has: (digest: string): boolean => select.get(digest) !== undefined,
    add: (digest: string): void => void insert.run(digest),

    /** Erases a person, with the visitors who share an interaction. Returns the number of events deleted. */
    erase: ({ customerId, interactionId }: Person): number => {
      const own = [...idsOf(selectInteractions, customerId), ...(interactionId === undefined ? [] : [interactionId])]
      const visitors = new Set(own.flatMap((id) => idsOf(selectCustomers, id)).filter(isVisitor))
      const interactions = [...own, ...[...visitors].flatMap((id) => idsOf(selectInteractions, id))]
      for (const id of interactions) insert.run(interactionDigest(id))
      return [...new Set([customerId, ...visitors])].map(eraseOne).reduce((sum, count) => sum + count, 0)
    },
  }
}
