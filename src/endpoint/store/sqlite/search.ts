import { createClaims, type Claims } from '../claims'
import { digestOf, isVisitor } from '../person'
import type { Database } from './database'

/** Rows that are read before other work runs: some milliseconds. */
const scannedAtOnce = 2000

/** Bodies that are read before other work runs: 1.6 MB at worst. */
const bodiesAtOnce = 100

/** An event of a customer of the search. Its own ids are not kept: they may be as long as a body. */
export type Found = { readonly cursor: number; readonly customerId: string }

/** A body that was kept aside. */
export type Aside = { readonly cursor: number; readonly bytes: Uint8Array; readonly customer_id: string | null }

/** All events of some customers up to a cursor. */
export type FoundEvents = { readonly found: readonly Found[]; readonly upTo: number }

/** Finds rows without an index, a little at a time. */
export type Search = ReturnType<typeof createSearch>

const prepareStatements = (database: Database) => ({
  newest: database.prepare('SELECT max(cursor) AS newest FROM event'),
  // Ids that are longer than all ids of the search are not read.
  events: database.prepare(`SELECT cursor, customer_id AS customerId FROM event
    WHERE cursor > ? AND cursor <= ? AND length(customer_id) <= ?`),
  customers: database.prepare('SELECT DISTINCT customer_id AS id FROM event WHERE cursor > ? AND cursor <= ?'),
  interaction: database.prepare('SELECT interaction_id AS id FROM event WHERE cursor = ?'),
  // Uses the unique key, from one revision on: a stranger can correct an interaction any number of times.
  claims: database.prepare(`SELECT revision, customer_id AS id FROM event
    WHERE interaction_id = ?1 AND revision >= ?2 ORDER BY revision LIMIT ${String(scannedAtOnce)}`),
  asides: database.prepare(`SELECT cursor, bytes, customer_id FROM aside WHERE cursor > ?
    ORDER BY cursor LIMIT ${String(bodiesAtOnce)}`),
})

type Statements = ReturnType<typeof prepareStatements>

const newestOf = ({ newest }: Statements): number => (newest.get() as { readonly newest: number | null }).newest ?? 0

/**
 * Returns a function that reads the events of customers. All events of a customer share one copy of its id. The ids are
 * compared here: as a list for the statement, they were read anew for each step, and strangers can make any number of
 * them.
 */
const readerOf = ({ events }: Statements, customerIds: readonly string[]) => {
  const same = new Map(customerIds.map((id) => [id, id]))
  // An id has at least as many UTF-16 code units here as characters in SQLite.
  const longest = customerIds.reduce((length, id) => Math.max(length, id.length), 0)
  return (after: number, upTo: number): readonly Found[] =>
    (events.all(after, upTo, longest) as Found[]).flatMap(({ cursor, customerId: id }) => {
      const customerId = same.get(id)
      return customerId === undefined ? [] : { cursor, customerId }
    })
}

/** Looks at all events, also those that arrive meanwhile. Resolves to the last cursor looked at. */
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

type Sender = { readonly revision: string; readonly id: string }

/** The customer and visitor ids of an interaction's events. */
async function* sendersOf({ claims }: Statements, interactionId: string): AsyncGenerator<string> {
  let from = ''
  for (;;) {
    const rows = claims.all(interactionId, from) as Sender[]
    for (const { id } of rows) yield id
    await new Promise(setImmediate)
    if (rows.length < scannedAtOnce) return
    from = rows.at(-1)?.revision ?? ''
  }
}

/** All bodies that were kept aside. */
async function* asidesIn({ asides }: Statements): AsyncGenerator<readonly Aside[]> {
  let rows: readonly Aside[] = []
  for (let after = 0; ; after = rows.at(-1)?.cursor ?? after) {
    rows = asides.all(after) as Aside[]
    if (rows.length === 0) return
    yield rows
    await new Promise(setImmediate)
  }
}

/** Returns functions that find the events and the bodies of customers. */
export const createSearch = (database: Database) => {
  const statements = prepareStatements(database)

  return {
    asides: () => asidesIn(statements),
    eventsOf: async (customerIds: readonly string[]): Promise<FoundEvents> => {
      const found: Found[] = []
      if (customerIds.length === 0) return { found, upTo: newestOf(statements) }
      const read = readerOf(statements, customerIds)
      const upTo = await lookThrough(statements, (after, last) => {
        found.push(...read(after, last))
      })
      return { found, upTo }
    },
    /** The events of customers that arrived after a cursor, at once. */
    since: (after: number, customerIds: readonly string[]): readonly Found[] =>
      readerOf(statements, customerIds)(after, newestOf(statements)),
    /** The visitors that have events of the same interactions. */
    claims: async (own: readonly Found[]): Promise<Claims> => {
      const claims = createClaims()
      const seen = new Set<string>()
      for (const [index, { cursor }] of own.entries()) {
        if (index % bodiesAtOnce === 0) await new Promise(setImmediate)
        const { id: interactionId } = (statements.interaction.get(cursor) ?? {}) as { readonly id?: string }
        if (interactionId === undefined || seen.has(digestOf('interaction', interactionId))) continue
        seen.add(digestOf('interaction', interactionId))
        for await (const id of sendersOf(statements, interactionId)) if (isVisitor(id)) claims.add(id, interactionId)
      }
      return claims
    },
    customers: async (isMeant: (id: string) => boolean): Promise<readonly string[]> => {
      const customers = new Set<string>()
      await lookThrough(statements, (after, upTo) => {
        for (const { id } of statements.customers.all(after, upTo) as Pick<Sender, 'id'>[])
          if (isMeant(id)) customers.add(id)
      })
      return [...customers]
    },
  }
}
