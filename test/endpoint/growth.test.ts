import { expect, onTestFinished, test } from 'vitest'
import { openStore } from '../../src/endpoint/store/open'
import { createPostgres } from '../../src/endpoint/store/postgres/database'
import type { Store } from '../../src/endpoint/store/store'
import { customerOf } from './growth/layout'
import { oneTable } from './growth/one-table'
import { usePostgres } from './support/stores'

const freshDatabase = usePostgres()
/** A twelfth of a year. */
const month = 2_628_000_000

/** A store of 20,000 events, of which the server knows how many there are. */
const prepareFull = async (): Promise<string> => {
  const { database = '' } = await freshDatabase()
  const layout = await oneTable(database)
  await layout.fill({ rows: 20_000, start: Date.now() - 12 * month, month }, 0, 19_999)
  await layout.close()
  return database
}

/** Runs on a full store, and resolves to how many rows of a table the server read in reading it as a whole. */
const readInWhole = async (table: string, deleted: number, run: (store: Store) => Promise<unknown>) => {
  const database = await prepareFull()
  const { query, end } = createPostgres(database)
  onTestFinished(end)
  await query('ANALYZE')
  const store = await openStore({ database })
  await run(store)
  await store.close()
  const counts = async (of: string) => {
    const text = `SELECT seq_tup_read::int AS read, n_tup_del::int AS deleted FROM pg_stat_user_tables WHERE relname = $1`
    return (await query<{ readonly read: number; readonly deleted: number }>({ text, values: [of] }))[0]
  }
  // The server counts what a connection did when that ends.
  await expect.poll(async () => (await counts('wasabi_event'))?.deleted).toBe(deleted)
  return (await counts(table))?.read
}

test('an erasure on PostgreSQL reads the events of the customer, and not all of them', async () => {
  const erase = async (store: Store) => {
    expect(await store.erase({ customerId: customerOf(300) })).toMatchObject({ erased: 3 })
  }
  // Of these, the fill reads one.
  expect(await readInWhole('wasabi_event', 3, erase)).toBeLessThan(100)
})

test('retention on PostgreSQL reads the counts of its own days, and not all of them', async () => {
  const expire = async (store: Store) => {
    expect(await store.expire(Date.now())).toEqual({ events: 5000, more: true })
  }
  expect(await readInWhole('wasabi_conversion', 5000, expire)).toBeLessThan(100)
})
