import { asWritten, isVisitor } from '../person'
import type { Claim, Erasure, ErasureRequest } from '../store'
import { inTransaction, type Database } from './database'
import type { Erased } from './erased'

/** Rows looked at before others have their turn: some milliseconds. */
const scannedAtOnce = 2000

type Found = { readonly cursor: number; readonly interaction_id: string; readonly customer_id: string }

const prepareStatements = (database: Database) => ({
  newest: database.prepare('SELECT max(cursor) AS newest FROM event'),
  scan: database.prepare(`SELECT cursor, interaction_id, customer_id FROM event
    WHERE cursor > ?1 AND cursor <= ?2 AND customer_id IN (SELECT value FROM json_each(?3))`),
  customers: database.prepare('SELECT DISTINCT customer_id AS id FROM event WHERE cursor > ? AND cursor <= ?'),
  customersOf: database.prepare('SELECT DISTINCT customer_id AS id FROM event WHERE interaction_id = ?'),
  deleteEvent: database.prepare('DELETE FROM event WHERE cursor = ?'),
  // A body that names its customer is erased with that one; one that names none, with each id that is in its text.
  deleteAside: database.prepare(
    'DELETE FROM aside WHERE customer_id = ?1 OR (customer_id IS NULL AND instr(bytes, ?2) > 0)',
  ),
  hasAside: database.prepare('SELECT 1 FROM aside WHERE customer_id = ? LIMIT 1'),
})

type Statements = ReturnType<typeof prepareStatements>

const newestOf = ({ newest }: Statements): number => (newest.get() as { readonly newest: number | null }).newest ?? 0

/**
 * Looks at all events, a little at a time, also at those that come meanwhile. Resolves to the last cursor looked at.
 */
const lookThrough = async (statements: Statements, look: (after: number, upTo: number) => void): Promise<number> => {
  let after = 0
  for (let newest = newestOf(statements); after < newest; newest = newestOf(statements)) {
    const upTo = Math.min(after + scannedAtOnce, newest)
    look(after, upTo)
    after = upTo
    await new Promise(setImmediate)
  }
  return after
}

/** The events of some customers, and the cursor up to which they are all of them. */
type Search = { readonly found: readonly Found[]; readonly upTo: number }

const search = async (statements: Statements, customerIds: readonly string[]): Promise<Search> => {
  const found: Found[] = []
  if (customerIds.length === 0) return { found, upTo: newestOf(statements) }
  const ids = JSON.stringify(customerIds)
  const upTo = await lookThrough(statements, (after, last) => {
    found.push(...(statements.scan.all(after, last, ids) as Found[]))
  })
  return { found, upTo }
}

const claimsIn = (own: readonly Found[], statements: Statements): ReadonlyMap<string, ReadonlySet<string>> => {
  const claims = new Map<string, Set<string>>()
  for (const interactionId of new Set(own.map((row) => row.interaction_id)))
    for (const { id } of statements.customersOf.all(interactionId) as { readonly id: string }[])
      if (isVisitor(id)) claims.set(id, (claims.get(id) ?? new Set()).add(interactionId))
  return claims
}

const sweep = async (statements: Statements, { erased, remove }: Removal): Promise<void> => {
  const customers = new Set<string>()
  await lookThrough(statements, (after, upTo) => {
    for (const { id } of statements.customers.all(after, upTo) as { readonly id: string }[])
      if (erased.has(id)) customers.add(id)
  })
  if (customers.size > 0) remove([...customers], await search(statements, [...customers]))
}

type Removal = { readonly erased: Erased; readonly remove: (customerIds: readonly string[], search: Search) => number }

/** Returns step 4 of the protocol. It returns the number of events deleted. */
const createRemoval =
  (database: Database, statements: Statements, erased: Erased): Removal['remove'] =>
  (customerIds, { found, upTo }) =>
    inTransaction(database, () => {
      const late = statements.scan.all(upTo, newestOf(statements), JSON.stringify(customerIds)) as Found[]
      const ids = new Set(customerIds)
      const cursors = new Set([...found, ...late].filter((row) => ids.has(row.customer_id)).map(({ cursor }) => cursor))
      erased.insert(customerIds)
      for (const cursor of cursors) statements.deleteEvent.run(cursor)
      for (const id of customerIds) statements.deleteAside.run(id, asWritten(id))
      return cursors.size
    })

/**
 * Erases at the operator's word. There is no index over customers, which would cost each event more than a rare erasure
 * is worth: it looks at every event, a little at a time. What comes from strangers never deletes anything, so an
 * erasure leaves alone who merely claims to be the customer, and nothing that comes later widens it. The protocol:
 *
 * 1. Find the customer's own events.
 * 2. Find the visitors with events of the same interactions: they claim to be this customer.
 * 3. Find the events of these visitors, to count them, or to erase them if the operator said so.
 * 4. In one transaction find what came since, write down the erased ids, and delete. An interrupted erasure has changed
 *    nothing, and is asked for again by the operator, who had no answer.
 */
export const createErasure = (database: Database, erased: Erased) => {
  const statements = prepareStatements(database)
  const remove = createRemoval(database, statements, erased)

  const erase = async ({ customerId, visitors = [], block = false }: ErasureRequest): Promise<Erasure> => {
    const own = await search(statements, [customerId])
    const claims = claimsIn(own.found, statements)
    const named = visitors === 'all' ? [...claims.keys()] : visitors
    const theirs = await search(statements, [...new Set([...claims.keys(), ...named])])

    const known = own.found.length > 0 || statements.hasAside.get(customerId) !== undefined || erased.has(customerId)
    const toErase = new Set(known || block ? [customerId, ...named] : named)
    const found = [...own.found, ...theirs.found]
    const count = toErase.size > 0 ? remove([...toErase], { found, upTo: own.upTo }) : 0
    const eventsOf = (id: string): number => theirs.found.filter((row) => row.customer_id === id).length
    const left = [...claims].filter(([id]) => !toErase.has(id))
    return {
      erased: count,
      known,
      blocked: toErase.has(customerId),
      visitors: left.map(([visitorId, ids]): Claim => ({
        visitorId,
        events: eventsOf(visitorId),
        interactionIds: [...ids],
      })),
    }
  }

  return {
    erase,
    /** Erases what came in before it was known whom to erase. */
    sweep: () => sweep(statements, { erased, remove }),
  }
}
