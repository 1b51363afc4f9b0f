import { DatabaseSync } from '@photostructure/sqlite'
import { expect, test } from 'vitest'
import { openStore } from '../../src/endpoint/store/open'
import { createPostgres } from '../../src/endpoint/store/postgres/database'
import { describeStores, type Place } from './support/stores'

type Column = { readonly tab: string; readonly col: string }

const inSqlite = `
  SELECT m.name AS tab, c.name AS col FROM sqlite_schema AS m, pragma_table_info(m.name) AS c
  WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%'`

const inPostgres = `
  SELECT table_name AS tab, column_name AS col FROM information_schema.columns
  WHERE table_schema = current_schema() ORDER BY ordinal_position`

const columnsOf = async ({ file, database }: Place): Promise<readonly Column[]> => {
  if (file !== undefined) {
    const sqlite = new DatabaseSync(file)
    const columns = sqlite.prepare(inSqlite).all() as Column[]
    sqlite.close()
    return columns
  }
  const postgres = createPostgres(database ?? '')
  const columns = await postgres.query<Column>(inPostgres)
  await postgres.end()
  return columns
}

const CHANGED =
  'Stores in use have these tables: bring them up to date by a further migration, and list its columns here.'

/** Each table with its columns, as in stores that are in use. */
const TABLES = {
  SQLite: {
    sequence: 'newest',
    event: 'cursor received_at interaction_id revision text customer_id',
    aside: 'cursor received_at outcome bytes refusal customer_id digest',
    erased: 'digest',
    conversion: 'day type source medium campaign content count',
    forward_position: 'target cursor',
    forward_aside: 'cursor target refused_at status answer',
    store: 'retention_time',
    generation: 'first name',
    retention_mark: 'time cursor',
  },
  PostgreSQL: {
    wasabi_version: 'version',
    wasabi_event: 'xid number received_at key customer text',
    wasabi_aside: 'xid number received_at outcome bytes refusal customer',
    wasabi_erased: 'digest',
    wasabi_conversion: 'day type source medium campaign content count',
    wasabi_forward_position: 'target xid number',
    wasabi_forward_aside: 'xid number target refused_at status answer',
    wasabi_retention_mark: 'time xid number',
    wasabi_store: 'generation place retention_time former_keys',
  },
}

describeStores((freshPlace) => {
  test('a new store has the tables that stores in use have', async () => {
    const place = await freshPlace()
    await (await openStore(place)).close()
    const tables: Record<string, string> = {}
    for (const { tab, col } of await columnsOf(place)) tables[tab] = [tables[tab], col].filter(Boolean).join(' ')
    expect(tables, CHANGED).toEqual(TABLES[place.file === undefined ? 'PostgreSQL' : 'SQLite'])
  })
})
