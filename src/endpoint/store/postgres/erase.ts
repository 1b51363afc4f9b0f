import type { QueryConfig } from 'pg'
import type { CustomerAction } from '../../../contract/customer-action'
import { parseAction } from '../../action/revision'
import { createIdFinder, customerDigest, isVisitor } from '../person'
import { createClaims, createCounts } from '../claims'
import type { Erasure, ErasureRequest } from '../store'
import { unhurried, type Postgres, type Query } from './database'
import { addErased, isErased } from './erased'
import { belongsTo, formerInteractionKey, interactionKey } from './key'

type Body = CustomerAction['body']

const bytesOf = (digests: readonly string[]): readonly Buffer[] => digests.map((digest) => Buffer.from(digest, 'hex'))

const customersOf = (customerIds: readonly string[]): readonly Buffer[] => bytesOf(customerIds.map(customerDigest))

/** Events that are read at once: 1.6 MB at worst. */
const eventsAtOnce = 100

/** Looks at events, some at a time: strangers can send any number of them. */
const lookAt = ({ transaction }: Postgres, select: QueryConfig, look: (body: Body) => void): Promise<void> =>
  transaction(async (query) => {
    await query({ ...select, text: `DECLARE found NO SCROLL CURSOR FOR ${select.text}` })
    for (let more = true; more;) {
      const rows = await query<{ readonly text: string }>(`FETCH ${String(eventsAtOnce)} FROM found`)
      for (const { text } of rows) look(parseAction(text).body)
      more = rows.length === eventsAtOnce
    }
  })

const eventsOf = (customerIds: readonly string[]): QueryConfig => ({
  text: 'SELECT text FROM wasabi_event WHERE customer = ANY ($1::bytea[])',
  values: [customersOf(customerIds)],
})

/**
 * Reads the index once for each interaction. In a join the server estimates each range as a two-hundredth of the table,
 * and reads the whole table: some 15 s for 20 million events, which is the patience of a query.
 */
const eventsIn = (begins: readonly string[]): QueryConfig => ({
  text: `SELECT text FROM unnest($1::bytea[]) AS i, LATERAL (
    SELECT text FROM wasabi_event WHERE ${belongsTo('i')} OFFSET 0) AS e`,
  values: [bytesOf(begins)],
})

/** The visitors with events of the customer's interactions, and the numbers of their events. */
const claimsOf = async (postgres: Postgres, customerId: string) => {
  const claims = createClaims()
  const { counts, add } = createCounts()
  // The keys of the interactions, and not their ids: an id may be as long as a body.
  const begins = new Set<string>()
  await lookAt(postgres, eventsOf([customerId]), ({ interactionId: id }) => {
    begins.add(interactionKey(id)).add(formerInteractionKey(id))
  })
  await lookAt(postgres, eventsIn([...begins]), ({ customerId: id, interactionId }) => {
    if (isVisitor(id)) claims.add(id, interactionId)
  })
  await lookAt(postgres, eventsOf(claims.visitors()), ({ customerId: id }) => {
    add(id)
  })
  return { claims, counts }
}

type Nameless = { readonly xid: string; readonly number: string; readonly bytes: Buffer }

/**
 * The bodies that name no customer and contain one of the ids, some at a time. The search runs here, since the server
 * would search each body for each id. It uses no long transaction, since that delays the entries that readers see.
 */
async function* namelessWith(query: Query, customerIds: readonly string[]): AsyncGenerator<readonly Nameless[]> {
  const hasId = createIdFinder(customerIds)
  const select = `SELECT xid::text AS xid, number, bytes FROM wasabi_aside
    WHERE customer IS NULL AND (xid, number) > ($1::xid8, $2::bigint)
    ORDER BY xid, number LIMIT ${String(eventsAtOnce)}`
  for (let last: Pick<Nameless, 'xid' | 'number'> | undefined = { xid: '0', number: '0' }; last !== undefined;) {
    const rows: readonly Nameless[] = await query<Nameless>({ text: select, values: [last.xid, last.number] })
    const found = rows.filter(({ bytes }) => hasId(bytes))
    if (found.length > 0) yield found
    last = rows.at(-1)
  }
}

const deleteNameless = async (query: Query, customerIds: readonly string[]): Promise<void> => {
  const text = `DELETE FROM wasabi_aside USING unnest($1::xid8[], $2::bigint[]) AS found (x, n)
    WHERE xid = x AND number = n`
  for await (const found of namelessWith(query, customerIds))
    await query({ text, values: [found.map(({ xid }) => xid), found.map(({ number }) => number)] })
}

const isKnown = async (query: Query, customerId: string): Promise<boolean> => {
  const text = `SELECT EXISTS (SELECT FROM wasabi_event WHERE customer = $1)
    OR EXISTS (SELECT FROM wasabi_aside WHERE customer = $1) AS known`
  const [row] = await query<{ readonly known: boolean }>({ text, values: [customersOf([customerId])[0]] })
  if (row?.known === true || (await isErased(query, customerId))) return true
  const { done } = await namelessWith(query, [customerId]).next()
  return done !== true
}

/** Deletes the bodies and the events of some customers. Resolves to the number of deleted events. */
const deleteOf = async (query: Query, customers: string, values: readonly unknown[] = []): Promise<number> => {
  const condition = `WHERE customer = ANY (${customers})`
  await query({ ...unhurried(`DELETE FROM wasabi_aside ${condition}`), values: [...values] })
  const text = `WITH gone AS (DELETE FROM wasabi_event ${condition} RETURNING 1)
    SELECT count(*)::int AS count FROM gone`
  const [row] = await query<{ count: number }>({ ...unhurried(text), values: [...values] })
  return row?.count ?? 0
}

/** Waits for the current writers. Later writers see the erased ids. */
const block = ({ transaction }: Postgres, customerIds: readonly string[]): Promise<void> =>
  transaction(async (query) => {
    await query('LOCK TABLE wasabi_event IN SHARE ROW EXCLUSIVE MODE')
    await addErased(query, customerIds.map(customerDigest))
  })

/**
 * Erases at the operator's request. Events of strangers never delete anything: an erasure leaves visitors alone that
 * merely claim to be the customer, and no later event widens it. The protocol:
 *
 * 1. See whether anything of the customer is known. If not, the id is blocked only if the request asks for it.
 * 2. Store the customer's digest. From then on nothing new of that id is stored. Writers wait for steps 2 and 4 only.
 * 3. Find the visitors with events of the same interactions: they claim to be this customer.
 * 4. Store the digests of the visitors that the operator named.
 * 5. Delete. If an erasure was interrupted, the operator had no answer and asks for it again. It then finds everything
 *   again.
 */
export const erasePerson = async (postgres: Postgres, request: ErasureRequest): Promise<Erasure> => {
  const { customerId, visitors = [] } = request
  const known = await isKnown(postgres.query, customerId)
  const blocked = known || request.block === true
  if (blocked) await block(postgres, [customerId])
  const { claims, counts } = await claimsOf(postgres, customerId)
  const named = visitors === 'all' ? claims.visitors() : visitors
  if (named.length > 0) await block(postgres, named)
  const toErase = [...(blocked ? [customerId] : []), ...named]
  // A body that names its customer is erased with that customer. A body that names none is erased with each id in it.
  if (toErase.length > 0) await deleteNameless(postgres.query, toErase)
  const erased =
    toErase.length > 0
      ? await postgres.transaction((query) => deleteOf(query, '$1::bytea[]', [customersOf(toErase)]))
      : 0
  return { erased, known, blocked, ...claims.left(new Set(toErase), counts) }
}

/**
 * Erases events and bodies of erased ids that arrived before their digests were known here. Resolves to the number of
 * deleted events.
 */
export const sweepErased = async ({ query, transaction }: Postgres): Promise<number> => {
  await transaction((writing) => writing('LOCK TABLE wasabi_event IN SHARE ROW EXCLUSIVE MODE'))
  // Without it the server expects many new digests, and reads all events for them.
  await query('ANALYZE wasabi_erased')
  return deleteOf(query, 'SELECT digest FROM wasabi_erased')
}
