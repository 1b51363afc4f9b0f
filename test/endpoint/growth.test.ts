import { expect, onTestFinished, test } from 'vitest'
import { openStore } from '../../src/endpoint/store/open'
import { createPostgres } from '../../src/endpoint/store/postgres/database'
import { customerOf } from './growth/layout'
import { oneTable } from './growth/one-table'
import { usePostgres } from './support/stores'

const freshDatabase = usePostgres()
const month = 2_628_000_000

/** A store of 20,000 events, of which the server knows how many there are. */
const prepareFull = async (): Promise<string> => {
  const { database = '' } = await freshDatabase()
  const layout = await oneTable(database)
  await layout.fill({ rows: 20_000, start: Date.now() - 12 * month, month }, 0, 19_999)
  await layout.close()
  return database
}

test('an erasure on PostgreSQL reads the events of the customer, and not all of them', async () => {
  const database = await prepareFull()
  const { query, end } = createPostgres(database)
  onTestFinished(end)
  await query('ANALYZE')
  const store = await openStore({ database })
  expect(await store.erase({ customerId: customerOf(300) })).toMatchObject({ erased: 3 })
  await store.close()
  const counts = async () => {
    const text = `SELECT seq_tup_read::int AS read, n_tup_del::int AS deleted FROM pg_stat_user_tables
      WHERE relname = 'wasabi_event'`
    return (await query<{ readonly read: number; readonly deleted: number }>(text))[0]
  }
  // The server counts what a connection did when that ends.
  await expect.poll(async () => (await counts())?.deleted).toBe(3)
  // Of these, the fill reads one.
  expect((await counts())?.read).toBeLessThan(100)
})
