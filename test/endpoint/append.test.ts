import { expect, onTestFinished, test } from 'vitest'
import { openStore } from '../../src/endpoint/store/open'
import { customerDigest } from '../../src/endpoint/store/person'
import { createPostgres } from '../../src/endpoint/store/postgres/database'
import { action, arrivalOf } from './support/server'
import { expireBefore, usePostgres } from './support/stores'

const freshDatabase = usePostgres()

const openFresh = async () => {
  const { database = '' } = await freshDatabase()
  const store = await openStore({ database })
  const postgres = createPostgres(database)
  onTestFinished(async () => {
    await store.close()
    await postgres.end()
  })
  return { store, ...postgres }
}

const arrival = (fields: Readonly<Record<string, unknown>>) => arrivalOf(Buffer.from(action(fields)))

test('a group that waited for an erasure keeps nothing of the erased', async () => {
  const { store, query, transaction } = await openFresh()
  // From the sixth time on the server reuses its plan, and looks at the tables in another order.
  for (let turn = 0; turn < 10; turn += 1) await store.append([arrival({ interactionId: String(turn) })])
  const isWaiting = `SELECT count(*)::int AS count FROM pg_locks WHERE relation = 'wasabi_event'::regclass AND NOT granted`
  const { appending } = await transaction(async (on) => {
    await on('LOCK TABLE wasabi_event IN SHARE ROW EXCLUSIVE MODE')
    const appending = store.append([arrival({ interactionId: 'late', customerId: 'gone' })])
    await expect.poll(async () => (await query<{ readonly count: number }>(isWaiting))[0]?.count).toBe(1)
    await on({ text: `INSERT INTO wasabi_erased VALUES (decode($1, 'hex'))`, values: [customerDigest('gone')] })
    return { appending }
  })
  expect(await appending).toEqual(['erased'])
})

test('a group of each size keeps its order, and knows what came before', async () => {
  const { store } = await openFresh()
  const ids = Array.from({ length: 70 }, (_, index) => String(1000 - index))
  for (const size of [1, 2, 70]) {
    const outcomes = await store.append(ids.slice(0, size).map((interactionId) => arrival({ interactionId })))
    expect(new Set(outcomes.slice(0, size === 70 ? 2 : size - 1))).toEqual(new Set(size > 1 ? ['repeated'] : []))
    expect(outcomes.at(-1)).toBe('stored')
  }
  const texts = (await store.events({ after: '0', limit: 100 })).map(({ text }) => text)
  expect(texts).toEqual(ids.map((interactionId) => action({ interactionId })))
})

/** A store that the server knows to be empty, so that its plans may read whole tables. `readRows` counts such reads. */
const openEmpty = async () => {
  const { database = '' } = await freshDatabase()
  const { query, end } = createPostgres(database)
  onTestFinished(end)
  const store = await openStore({ database })
  await query('VACUUM')
  type Reads = { readonly read: number; readonly inserted: number }
  const readRows = async (): Promise<Reads | undefined> => {
    const text = `SELECT seq_tup_read::int AS read, n_tup_ins::int AS inserted FROM pg_stat_user_tables
      WHERE relname = 'wasabi_event'`
    return (await query<Reads>(text))[0]
  }
  return { store, query, readRows }
}

const groupOf = (from: number, size: number) =>
  Array.from({ length: size }, (_, index) => arrival({ interactionId: String(from + index) }))

test('storing reads no table as a whole, though the plan was made when all were empty', async () => {
  const { store, readRows } = await openEmpty()
  for (let group = 0; group < 20; group += 1) await store.append(groupOf(group * 100, 100))
  await store.close()
  // The server adds the counts of a connection when it ends.
  await expect.poll(readRows).toEqual({ read: 0, inserted: 2000 })
})

test('a repeated event is looked up by its key, though the plan was made when all tables were empty', async () => {
  const { store, query, readRows } = await openEmpty()
  // From the sixth time on the server reuses its plan.
  for (let turn = 0; turn < 10; turn += 1) await store.append(groupOf(turn, 2))
  for (let turn = 0; turn < 20; turn += 1) {
    const outcomes = await store.append(groupOf(turn * 100, 200))
    expect(outcomes.slice(-100).filter((outcome) => outcome === 'stored')).toHaveLength(100)
  }
  expect(await query('SELECT sum(count)::int AS count FROM wasabi_conversion')).toEqual([{ count: 2100 }])
  await store.close()
  await expect.poll(async () => (await readRows())?.inserted).toBe(2100)
  // Reading all rows of a page or two is quick. Reading those of all pages would be millions.
  expect((await readRows())?.read).toBeLessThan(100_000)
})

const escaped = (text: string) =>
  action({ interactionId: text, utmParameters: { utmCampaign: '…' } }).replace('…', text)
const withMore = (more: string) => action({ interactionId: more }).replace('"version"', `"more":${more},"version"`)

/** Texts that the two readers of JSON, here and in the database, might read differently. */
const unclear = [
  escaped('\\u0041\\n\\u001f\\u001e'),
  escaped('\\ud83d\\ude00'),
  escaped('\u{1f600}'.repeat(150)),
  escaped('x'.repeat(201)),
  escaped('-'),
  escaped(','),
  action({ interactionId: 'twice' }).replace(
    '}}',
    '},"utmParameters":{"utmSource":"a"},"utmParameters":{"utmSource":"b"}}',
  ),
  withMore('"\\ud800\\u0000"'),
  withMore('1e999999'),
  withMore('[1,-1.5E-20000]'),
  withMore(`0.${'0'.repeat(16_000 - 600)}1`),
]

test('the counts of an event are removed with it, whatever its content', async () => {
  const { store, query } = await openFresh()
  const left = () => query('SELECT * FROM wasabi_conversion')
  for (const text of unclear) {
    expect(await store.append([arrivalOf(Buffer.from(text))]), text).toEqual(['stored'])
    await expireBefore(store, Date.now() + 1000)
    expect(await left(), text).toEqual([])
  }
})

test('events are counted by what the database reads in them', async () => {
  const { store, query } = await openFresh()
  await store.append(unclear.map((text) => arrivalOf(Buffer.from(text))))
  const counted = 'SELECT day, type, source, medium, campaign, content, sum(count)::int FROM wasabi_conversion'
  const read = `SELECT received_at / 86400000, f[1], f[2], f[3], f[4], f[5], count(*)::int
    FROM (SELECT received_at, wasabi_conversion_of(text) AS f FROM wasabi_event) AS e WHERE f IS NOT NULL`
  const rows = await query(`(${counted} GROUP BY 1, 2, 3, 4, 5, 6) EXCEPT (${read} GROUP BY 1, 2, 3, 4, 5, 6)`)
  expect(rows).toEqual([])
})

test('an endpoint that counts by a trigger is refused, and told what to do', async () => {
  const { query } = await openFresh()
  const insert = `INSERT INTO wasabi_event (received_at, key, customer, text) VALUES (0, 'k', 'c', '{}')`
  await expect(query(insert)).rejects.toThrow('start this endpoint anew')
})
