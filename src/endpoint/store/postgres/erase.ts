import { parseAction } from '../../action/revision'
import { asWritten } from '../customer-in'
import { customerDigest, interactionDigest } from '../digest'
import { isVisitor, type Person } from '../person'
import { unhurried, type Postgres, type Query } from './database'

const bytesOf = (digests: readonly string[]): readonly Buffer[] => digests.map((digest) => Buffer.from(digest, 'hex'))

const actionsOf = async (query: Query, { customerIds }: Pick<Person, 'customerIds'>) => {
  const values = [bytesOf(customerIds.map(customerDigest))]
  const rows = await query<{ text: string }>({
    text: 'SELECT text FROM wasabi_event WHERE customer = ANY ($1::bytea[])',
    values,
  })
  return rows.map(({ text }) => parseAction(text).body)
}

const actionsIn = async (query: Query, { interactionIds }: Pick<Person, 'interactionIds'>) => {
  const text = `SELECT text FROM unnest($1::bytea[]) AS i
    JOIN wasabi_event ON key >= i AND key <= i || decode(repeat('ff', 16), 'hex')`
  const rows = await query<{ text: string }>({ text, values: [bytesOf(interactionIds.map(interactionDigest))] })
  return rows.map((row) => parseAction(row.text).body)
}

/** Finds the visitors who are the same person, by the interactions that they share. */
const wholePerson = async (query: Query, { customerIds, interactionIds }: Person): Promise<Person> => {
  const own = await actionsOf(query, { customerIds })
  const interactions = new Set([...interactionIds, ...own.map(({ interactionId }) => interactionId)])
  const shared = await actionsIn(query, { interactionIds: [...interactions] })
  const visitors = new Set(shared.map(({ customerId }) => customerId).filter(isVisitor))
  for (const { interactionId } of await actionsOf(query, { customerIds: [...visitors] }))
    interactions.add(interactionId)
  return { customerIds: [...new Set([...customerIds, ...visitors])], interactionIds: [...interactions] }
}

const deleteAll = async (query: Query, { customerIds, interactionIds }: Person): Promise<number> => {
  const customers = bytesOf(customerIds.map(customerDigest))
  const digests = [...customers, ...bytesOf(interactionIds.map(interactionDigest))]
  await query({
    text: 'INSERT INTO wasabi_erased SELECT unnest($1::bytea[]) ON CONFLICT DO NOTHING',
    values: [digests],
  })
  await query({
    text: `DELETE FROM wasabi_aside WHERE customer = ANY ($1::bytea[])
      OR EXISTS (SELECT FROM unnest($2::bytea[]) AS written WHERE position(written IN bytes) > 0)`,
    values: [customers, customerIds.map(asWritten)],
  })
  const text =
    'WITH gone AS (DELETE FROM wasabi_event WHERE customer = ANY ($1::bytea[]) RETURNING 1) SELECT count(*)::int AS count FROM gone'
  const [row] = await query<{ count: number }>({ text, values: [customers] })
  return row?.count ?? 0
}

/** Whoever is writing is waited for, and whoever comes later sees what was erased. */
const waitForWriters = (query: Query) => query('LOCK TABLE wasabi_event IN SHARE ROW EXCLUSIVE MODE')

/** Erases a person. Resolves to the number of events deleted. */
export const erasePerson = ({ transaction }: Postgres, person: Person): Promise<number> =>
  transaction(async (query) => {
    await waitForWriters(query)
    return deleteAll(query, await wholePerson(query, person))
  })

/** Erases what came in of erased customers before their digests were known here. */
export const sweepErased = async (postgres: Postgres): Promise<void> => {
  const { query, transaction } = postgres
  await transaction(waitForWriters)
  // Without it the server takes the new digests for many, and reads all events for them.
  await query('ANALYZE wasabi_erased')
  const ofErased = 'customer IN (SELECT digest FROM wasabi_erased)'
  const rows = await query<{ text: string }>(unhurried(`SELECT text FROM wasabi_event WHERE ${ofErased}`))
  const customerIds = new Set(rows.map(({ text }) => parseAction(text).body.customerId))
  if (customerIds.size > 0) await erasePerson(postgres, { customerIds: [...customerIds], interactionIds: [] })
  await query(unhurried(`DELETE FROM wasabi_aside WHERE ${ofErased}`))
}
