import { parseAction } from '../../../src/endpoint/action/revision'
import { openStore } from '../../../src/endpoint/store/open'
import { createPostgres, unhurried } from '../../../src/endpoint/store/postgres/database'
import { eventKey } from '../../../src/endpoint/store/postgres/key'
import { counted, filled, type Layout } from './layout'

/** The layout of today: what the endpoint itself runs. */
export const oneTable = async (database: string): Promise<Layout> => {
  const store = await openStore({ database })
  const { query, transaction, end } = createPostgres(database)
  return {
    name: 'one table, rows deleted',
    fill: async (year, from, to) => {
      await transaction(async (on) => {
        // Neither triggers nor the checks of other tables.
        await on('SET LOCAL session_replication_role = replica')
        await on(
          unhurried(`WITH made AS MATERIALIZED (${filled(year, from, to)}), counts AS (${counted('made')})
          INSERT INTO wasabi_event (received_at, key, customer, text) SELECT received_at, key, customer, text FROM made`),
        )
      })
      const text = `SELECT encode(key, 'hex') AS key, text FROM wasabi_event LIMIT 1`
      const [row] = await query<{ readonly key: string; readonly text: string }>(text)
      if (row?.key !== eventKey(parseAction(row?.text ?? '')))
        throw new Error('the rows have other keys than the store')
    },
    append: store.append,
    erase: async (customerId) => (await store.erase({ customerId })).erased,
    expire: store.expire,
    close: async () => {
      await store.close()
      await end()
    },
  }
}
