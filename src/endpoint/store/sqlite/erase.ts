import type { DatabaseSyncInstance } from '@photostructure/sqlite'
import type { CustomerAction } from '../../../contract/customer-action'
import { asWritten } from '../customer-in'
import { customerDigest, interactionDigest } from '../digest'
import { isVisitor, type Person } from '../person'
import { inTransaction } from './transaction'

/** Rows looked at before others have their turn: some milliseconds. */
const scannedAtOnce = 2000

type Found = { readonly cursor: number; readonly interaction_id: string }

/** What knows erased people, and erases them. */
export type Erasure = ReturnType<typeof createErasure>

/**
 * Erases people. There is no index over customers, which would cost each event more than a rare erasure is worth: it
 * looks at every event, a little at a time. Nothing slips in meanwhile, since who is erased is written down before.
 */
export const createErasure = (database: DatabaseSyncInstance) => {
  const selectAny = database.prepare('SELECT 1 FROM erased LIMIT 1')
  const select = database.prepare('SELECT 1 FROM erased WHERE digest = ?')
  const insert = database.prepare('INSERT INTO erased VALUES (?) ON CONFLICT DO NOTHING')
  const selectUnfinished = database.prepare('SELECT 1 FROM unfinished WHERE digest = ?')
  const insertUnfinished = database.prepare('INSERT INTO unfinished VALUES (?) ON CONFLICT DO NOTHING')
  const deleteUnfinished = database.prepare('DELETE FROM unfinished WHERE digest = ?')
  const selectNewest = database.prepare('SELECT max(cursor) AS newest FROM event')
  const scan = database.prepare(`SELECT cursor, interaction_id FROM event
    WHERE cursor > ?1 AND cursor <= ?2 AND customer_id IN (SELECT value FROM json_each(?3))`)
  const scanCustomers = database.prepare(
    'SELECT DISTINCT customer_id AS id FROM event WHERE cursor > ? AND cursor <= ?',
  )
  const selectCustomers = database.prepare('SELECT DISTINCT customer_id AS id FROM event WHERE interaction_id = ?')
  const deleteEvent = database.prepare('DELETE FROM event WHERE cursor = ?')
  const deleteAside = database.prepare('DELETE FROM aside WHERE customer_id = ?1 OR instr(bytes, ?2) > 0')

  const has = (digest: string): boolean => select.get(digest) !== undefined
  const add = (digests: readonly string[]): void => {
    inTransaction(database, () => {
      for (const digest of digests) insert.run(digest)
    })
  }

  /** Writes down who is being erased, so that an erasure which does not come to its end is begun again with their next event. */
  const begin = (customerIds: readonly string[], interactionIds: readonly string[] = []): void => {
    const customers = customerIds.map(customerDigest)
    inTransaction(database, () => {
      for (const digest of [...customers, ...interactionIds.map(interactionDigest)]) insert.run(digest)
      for (const digest of customers) insertUnfinished.run(digest)
    })
  }
  /** Whose erasure is under way here. Nobody's events wait for it, but the one that told of them. */
  const underWay = new Set<string>()
  const isErased = (customerId: string): boolean => {
    const digest = customerDigest(customerId)
    return has(digest) && (underWay.has(customerId) || selectUnfinished.get(digest) === undefined)
  }

  /** Looks at all events, a little at a time. */
  const lookThrough = async (look: (after: number, upTo: number) => void): Promise<void> => {
    const { newest } = selectNewest.get() as { readonly newest: number | null }
    for (let after = 0; after < (newest ?? 0); after += scannedAtOnce) {
      look(after, after + scannedAtOnce)
      await new Promise(setImmediate)
    }
  }

  const eventsOf = async (customerIds: readonly string[]): Promise<readonly Found[]> => {
    const found: Found[] = []
    const ids = JSON.stringify(customerIds)
    if (customerIds.length > 0)
      await lookThrough((after, upTo) => found.push(...(scan.all(after, upTo, ids) as Found[])))
    return found
  }

  const customersLike = async (isWanted: (customerId: string) => boolean): Promise<readonly string[]> => {
    const found = new Set<string>()
    await lookThrough((after, upTo) => {
      for (const { id } of scanCustomers.all(after, upTo) as { readonly id: string }[]) if (isWanted(id)) found.add(id)
    })
    return [...found]
  }

  const visitorsIn = (interactionIds: readonly string[]): readonly string[] => {
    const rows = interactionIds.flatMap((id) => selectCustomers.all(id) as { readonly id: string }[])
    return [...new Set(rows.map(({ id }) => id).filter(isVisitor))]
  }

  const remove = (found: readonly Found[], { customerIds, interactionIds }: Person): number => {
    const cursors = new Set(found.map(({ cursor }) => cursor))
    inTransaction(database, () => {
      for (const id of interactionIds) insert.run(interactionDigest(id))
      for (const cursor of cursors) deleteEvent.run(cursor)
      for (const id of customerIds) {
        deleteAside.run(id, asWritten(id))
        deleteUnfinished.run(customerDigest(id))
      }
    })
    // What is gone from the tables is still in the log, until that begins anew: https://sqlite.org/wal.html
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    return cursors.size
  }

  const eraseWhole = async ({ customerIds, interactionIds }: Person): Promise<number> => {
    begin(customerIds)
    const own = await eventsOf(customerIds)
    const interactions = [...interactionIds, ...own.map((row) => row.interaction_id)]
    const visitors = visitorsIn(interactions)
    // Before the next look, or what comes of them in the meantime would stay.
    begin(visitors, interactions)
    const theirs = await eventsOf(visitors)
    return remove([...own, ...theirs], {
      customerIds: [...customerIds, ...visitors],
      interactionIds: [...interactions, ...theirs.map((row) => row.interaction_id)],
    })
  }

  /** Erases a person, with the visitors who share an interaction. Resolves to the number of events deleted. */
  const erase = async (person: Person): Promise<number> => {
    for (const id of person.customerIds) underWay.add(id)
    try {
      return await eraseWhole(person)
    } finally {
      for (const id of person.customerIds) underWay.delete(id)
    }
  }

  return {
    add,

    /** Whether anybody was erased: most often nobody was, and nothing more needs to be asked. */
    any: (): boolean => selectAny.get() !== undefined,

    /** Says whether an event is of an erased person, and whether it tells more of that person than was known. */
    find: ({ body }: CustomerAction): { readonly person: Person; readonly tellsMore: boolean } | undefined => {
      const { customerId, interactionId } = body
      const interactionKnown = has(interactionDigest(interactionId))
      if (!has(customerDigest(customerId)) && !(interactionKnown && isVisitor(customerId))) return undefined
      return {
        person: { customerIds: [customerId], interactionIds: [interactionId] },
        tellsMore: !isErased(customerId) || !interactionKnown,
      }
    },

    erase,

    /**
     * Takes down what late events tell of erased people. Only of somebody new there may be events to look for: an erased
     * customer who goes on as before must not have the whole table looked through each time.
     */
    learn: async (person: Person): Promise<void> => {
      const isKnown = person.customerIds.every(isErased) && visitorsIn(person.interactionIds).length === 0
      if (isKnown) add(person.interactionIds.map(interactionDigest))
      else await erase(person)
    },

    /** Erases what came in before it was known whom to erase. */
    sweep: async (): Promise<void> => {
      const customers = await customersLike((id) => has(customerDigest(id)))
      if (customers.length > 0) await erase({ customerIds: customers, interactionIds: [] })
    },
  }
}
