import { expect, onTestFinished, test } from 'vitest'
import { parseAction } from '../../src/endpoint/action/revision'
import { openStore } from '../../src/endpoint/store/open'
import { createPostgres, type Query } from '../../src/endpoint/store/postgres/database'
import { customerOf, type Layout, type Year } from './growth/layout'
import { oneTable } from './growth/one-table'
import { partitions } from './growth/partitions'
import { action } from './support/server'
import { expireBefore, usePostgres } from './support/stores'

const freshDatabase = usePostgres()
/** A twelfth of a year. */
const month = 2_628_000_000

const connect = (database: string): Query => {
  const { query, end } = createPostgres(database)
  onTestFinished(end)
  return query
}

type Full = { readonly database: string; readonly year: Year; readonly query: Query }

/** A store of 20,000 events. The server knows their number. */
const prepareFull = async (): Promise<Full> => {
  const { database = '' } = await freshDatabase()
  const layout = await oneTable(database)
  const year = { rows: 20_000, start: Date.now() - 12 * month, month }
  await layout.fill(year)
  await layout.close()
  const query = connect(database)
  await query('ANALYZE')
  return { database, year, query }
}

/** The counts of the server for some tables: rows read by scanning a whole table, rows inserted, rows deleted. */
const countsOf = async (query: Query, tables: string) => {
  const text = `SELECT sum(seq_tup_read)::int AS read, sum(n_tup_ins)::int AS inserted, sum(n_tup_del)::int AS deleted
    FROM pg_stat_user_tables WHERE relname ~ $1`
  type Counts = { readonly read: number; readonly inserted: number; readonly deleted: number }
  const [counts] = await query<Counts>({ text, values: [`^(?:${tables})`] })
  if (counts === undefined) throw new Error('no such table')
  return counts
}

/** Tables by a pattern of their names, and the number of rows that the fill inserts into them. */
type Tables = { readonly named: string; readonly rows: number }

/** Runs something, and resolves to the number of rows that the server read by scanning whole tables. */
const readInWhole = async (query: Query, { named, rows }: Tables, run: () => Promise<unknown>) => {
  // The server adds the counts of a connection when it has been idle for ten seconds, or ends.
  await expect.poll(async () => (await countsOf(query, named)).inserted).toBe(rows)
  const { read } = await countsOf(query, named)
  await run()
  await expect.poll(async () => (await countsOf(query, named)).deleted).toBeGreaterThan(0)
  return (await countsOf(query, named)).read - read
}

test('an erasure on PostgreSQL reads the events of the customer, and not all of them', async () => {
  const { database, query } = await prepareFull()
  const erase = async () => {
    const store = await openStore({ database })
    expect(await store.erase({ customerId: customerOf(300) })).toMatchObject({ erased: 3 })
    await store.close()
  }
  expect(await readInWhole(query, { named: 'wasabi_event', rows: 20_000 }, erase)).toBeLessThan(100)
})

test('retention on PostgreSQL reads the counts of its own days, and not all of them', async () => {
  const { database, query } = await prepareFull()
  const expire = async () => {
    const store = await openStore({ database })
    expect(await expireBefore(store, Date.now())).toEqual({ events: 5000, aside: 0, more: true })
    await store.close()
  }
  expect(await readInWhole(query, { named: 'wasabi_conversion', rows: 20_000 }, expire)).toBeLessThan(100)
})

/** Deletes older events, and resolves to the number of pages of events that the server has looked at in all by then. */
const expireAll = async ({ database, query }: Full, before: number): Promise<number> => {
  const deleted = async () => (await countsOf(query, 'wasabi_event')).deleted
  const from = await deleted()
  const store = await openStore({ database })
  let count = 0
  for (let more = true; more;) {
    const expired = await expireBefore(store, before)
    count += expired.events
    ;({ more } = expired)
  }
  await store.close()
  await expect.poll(deleted).toBe(from + count)
  const text = `SELECT (heap_blks_read + heap_blks_hit)::int AS pages FROM pg_statio_user_tables
    WHERE relname = 'wasabi_event'`
  return (await query<{ readonly pages: number }>(text))[0]?.pages ?? NaN
}

test('retention on PostgreSQL reads no later events that came in the place of expired ones', async () => {
  const full = await prepareFull()
  const { year, query } = full
  const before = year.start + 3 * month
  await expireAll(full, before)
  await query('VACUUM wasabi_event')
  const again = `INSERT INTO wasabi_event (xid, received_at, key, customer, text)
    SELECT pg_current_xact_id(), received_at, substring(sha256(key) FOR 31), customer, text
    FROM wasabi_event WHERE received_at > $1 LIMIT 5000`
  await query({ text: again, values: [before] })
  await query('ANALYZE wasabi_event')
  await query('SELECT pg_stat_force_next_flush()')
  const pages = await expireAll(full, before)
  // This expires one more event.
  expect((await expireAll(full, before + 1)) - pages).toBeLessThan(20)
})

/**
 * Events in partitions by month, for the measurement only. It means nothing if the partitions are not what they
 * represent.
 */
const preparePartitions = async (): Promise<Full & { readonly layout: Layout }> => {
  const { database, year, query } = await prepareFull()
  const layout = await partitions(database, { year: { ...year, month: month + 60_000 }, rows: 'public' })
  await layout.fill(year)
  await query('ANALYZE')
  return { database, year, query, layout }
}

test('an erasure in partitions by month reads the events of the customer, and not all of them', async () => {
  const { query, layout } = await preparePartitions()
  const erase = async () => {
    expect(await layout.erase(customerOf(300))).toBe(3)
    await layout.close()
  }
  expect(await readInWhole(query, { named: 'event_|key', rows: 40_000 }, erase)).toBeLessThan(100)
})

test('an event that comes again in another month is one row of partitions by month', async () => {
  const { year, query, layout } = await preparePartitions()
  const text = action({ interactionId: '1', customerId: '42' })
  const arrival = { type: 'valid', text, action: parseAction(text) } as const
  const append = (index: number) => layout.append([{ ...arrival, receivedAt: year.start + index * month + 1000 }])
  await append(3)
  await append(7)
  await Promise.all([8, 9, 10].map(append))
  await layout.close()
  const own = `SELECT count(*)::int AS count FROM event WHERE text = $1`
  expect(await query({ text: own, values: [text] })).toEqual([{ count: 1 }])
})
