import { parseAction } from '../../../src/endpoint/action/revision'
import { openStore } from '../../../src/endpoint/store/open'
import { createPostgres, unhurried } from '../../../src/endpoint/store/postgres/database'
import { eventKey, interactionKey } from '../../../src/endpoint/store/postgres/key'
import { expireBefore } from '../support/stores'
import { countsOf, partsOf, rowsOf, type Layout } from './layout'
import { refill } from './refill'

/** The layout of today, which the endpoint itself uses. */
export const oneTable = async (database: string): Promise<Layout> => {
  const store = await openStore({ database })
  const { query, transaction, end } = createPostgres(database)
  return {
    name: 'one table, rows deleted',
    fill: async (year) => {
      await transaction((on) =>
        refill(on, ['wasabi_event', 'wasabi_conversion'], async () => {
          for (const part of partsOf(year)) {
            const rows = `SELECT pg_current_xact_id(), * FROM (${rowsOf(part)}) AS rows`
            await on(unhurried(`INSERT INTO wasabi_event (xid, received_at, key, customer, text) ${rows}`))
            await on(unhurried(`INSERT INTO wasabi_conversion ${countsOf(part)}`))
          }
        }),
      )
      const text = `SELECT encode(key, 'hex') AS key, text FROM wasabi_event LIMIT 1`
      const [row] = await query<{ readonly key: string; readonly text: string }>(text)
      if (row?.key !== eventKey(parseAction(row?.text ?? ''), interactionKey))
        throw new Error('the rows have other keys than the store')
    },
    append: store.append,
    erase: async (customerId) => (await store.erase({ customerId })).erased,
    expire: (before) => expireBefore(store, before),
    close: async () => {
      await store.close()
      await end()
    },
  }
}
