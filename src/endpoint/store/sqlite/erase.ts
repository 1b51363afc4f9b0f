import { createCounts } from '../claims'
import { createIdFinder } from '../person'
import type { Erasure, ErasureRequest } from '../store'
import { inTransaction, type Database } from './database'
import type { Erased } from './erased'
import { createSearch, type Aside, type Found, type Search } from './search'

/** Rows that are deleted in one transaction. It takes some milliseconds, since each row is overwritten. */
const deletedAtOnce = 500

/** Returns a function that deletes rows by their cursors, a little at a time. */
const deletionFrom = (database: Database, table: 'event' | 'aside') => {
  const statement = database.prepare(`DELETE FROM ${table} WHERE cursor = ?`)
  return async (cursors: readonly number[]): Promise<void> => {
    for (let from = 0; from < cursors.length; from += deletedAtOnce) {
      inTransaction(database, () => {
        for (const cursor of cursors.slice(from, from + deletedAtOnce)) statement.run(cursor)
      })
      await new Promise(setImmediate)
    }
  }
}

/** Says whether a body kept aside is of one of these customers. A body that names none is searched for their ids. */
const isAsideOf = (customerIds: readonly string[]): ((row: Aside) => boolean) => {
  const ids = new Set(customerIds)
  const hasId = createIdFinder(customerIds)
  return ({ customer_id: id, bytes }) => (id === null ? hasId(bytes) : ids.has(id))
}

/** Returns functions for steps 4 and 5 of the protocol. `remove` resolves to the number of deleted events. */
const createRemoval = (database: Database, search: Search, erased: Erased) => {
  const deleteEvents = deletionFrom(database, 'event')
  const deleteAside = deletionFrom(database, 'aside')

  const removeAside = async (isMeant: (row: Aside) => boolean): Promise<void> => {
    for await (const rows of search.asides()) await deleteAside(rows.filter(isMeant).map(({ cursor }) => cursor))
  }

  const remove = async (customerIds: readonly string[], found: readonly Found[], upTo: number): Promise<number> => {
    const ids = new Set(customerIds)
    const late = inTransaction(database, () => {
      erased.insert(customerIds)
      return search.since(upTo, customerIds)
    })
    const all = [...found, ...late].filter(({ customerId }) => ids.has(customerId))
    const cursors = [...new Set(all.map(({ cursor }) => cursor))]
    await deleteEvents(cursors)
    await removeAside(isAsideOf(customerIds))
    return cursors.length
  }

  return { remove, removeAside }
}

/** Says whether a customer's id was erased before, or is in a body kept aside. */
const isKnown = async (search: Search, erased: Erased, customerId: string): Promise<boolean> => {
  if (erased.has(customerId)) return true
  const isTheirs = isAsideOf([customerId])
  for await (const rows of search.asides()) if (rows.some(isTheirs)) return true
  return false
}

/**
 * Erases at the operator's request. There is no index over customers, which would cost each event more than a rare
 * erasure is worth. So an erasure looks at every event, a little at a time. Events of strangers never delete anything:
 * an erasure leaves visitors alone that merely claim to be the customer, and no later event widens it. It delays
 * nobody, whatever strangers have sent: each step is short, and the number of steps grows with the stored data. The
 * protocol:
 *
 * 1. Find the customer's own events.
 * 2. Find the visitors with events of the same interactions: they claim to be this customer.
 * 3. Find the events of these visitors, to count them, or to erase them if the operator asked for it.
 * 4. In one transaction store the erased ids' digests, and find later events. From then on none of theirs is stored.
 * 5. Delete, the visitors' events first: they are found by the customer's. If an erasure was interrupted, the operator
 *   had no answer and asks for it again. It then finds the rest.
 */
export const createErasure = (database: Database, erased: Erased) => {
  const search = createSearch(database)
  const { remove, removeAside } = createRemoval(database, search, erased)

  const erase = async ({ customerId, visitors = [], block = false }: ErasureRequest): Promise<Erasure> => {
    const own = await search.eventsOf([customerId])
    const claims = await search.claims(own.found)
    const named = visitors === 'all' ? claims.visitors() : visitors
    const theirs = await search.eventsOf([...new Set([...claims.visitors(), ...named])])

    const known = own.found.length > 0 || (await isKnown(search, erased, customerId))
    const toErase = new Set(known || block ? [...named, customerId] : named)
    const found = [...theirs.found, ...own.found]
    const count = toErase.size > 0 ? await remove([...toErase], found, own.upTo) : 0
    const { counts, add } = createCounts()
    for (const { customerId: id } of theirs.found) add(id)
    return { erased: count, known, blocked: toErase.has(customerId), ...claims.left(toErase, counts) }
  }

  return {
    erase,
    /** Erases events and bodies of erased ids that arrived before their digests were added. Counts the events. */
    sweep: async (): Promise<number> => {
      const customers = await search.customers((id) => erased.has(id))
      const { found, upTo } = await search.eventsOf(customers)
      const count = customers.length > 0 ? await remove(customers, found, upTo) : 0
      await removeAside(({ customer_id: id }) => id !== null && erased.has(id))
      return count
    },
  }
}
