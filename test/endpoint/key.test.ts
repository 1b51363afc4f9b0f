import { expect, onTestFinished, test } from 'vitest'
import { openStore } from '../../src/endpoint/store/open'
import { customerDigest } from '../../src/endpoint/store/person'
import { createPostgres } from '../../src/endpoint/store/postgres/database'
import { eventKey, formerInteractionKey, interactionKey } from '../../src/endpoint/store/postgres/key'
import { migrations } from '../../src/endpoint/store/postgres/schema'
import type { Store } from '../../src/endpoint/store/store'
import { parseAction } from '../../src/endpoint/action/revision'
import { action, arrivalOf } from './support/server'
import { historyIn, usePostgres } from './support/stores'

const freshDatabase = usePostgres()

/** The tables of the time when the keys were digests, and the writes of an endpoint of that time. */
const prepareFormer = async () => {
  const { database = '' } = await freshDatabase()
  const { query, transaction, end } = createPostgres(database)
  onTestFinished(end)
  await query('CREATE TABLE wasabi_version (version integer NOT NULL); INSERT INTO wasabi_version VALUES (4)')
  for (const migration of migrations.slice(0, 4)) await query(migration)

  const statementFor = (text: string) => {
    const parsed = parseAction(text)
    const digests = [eventKey(parsed, formerInteractionKey), customerDigest(parsed.body.customerId)]
    return {
      text: `INSERT INTO wasabi_event (received_at, key, customer, text)
        SELECT 1, decode($1, 'hex'), decode($2, 'hex'), $3 ON CONFLICT (key) DO NOTHING RETURNING 1`,
      values: [...digests, text],
    }
  }
  return { database, statementFor, query, transaction, insert: (text: string) => query(statementFor(text)) }
}

const open = async (database: string): Promise<Store> => {
  const store = await openStore({ database })
  onTestFinished(() => store.close())
  return store
}

const append = (store: Store, ...texts: readonly string[]) =>
  store.append(texts.map((text) => arrivalOf(Buffer.from(text))))

const updated = (interactionId: string, second: number) =>
  action({ interactionId, updatedAt: `2026-11-23T10:00:0${String(second)}.000Z` }, 'UPDATED')

const long = 'i'.repeat(65)
const uuid = '01930d2e-5f00-7abc-8def-0123456789ab'
/** Of 1, 15, 16, 31, 32, 36 and 65 bytes, since a digest has 16, and two have 32. */
const ids = ['1', 'i'.repeat(15), 'i'.repeat(16), 'é'.repeat(15) + 'e', 'i'.repeat(32), uuid, long]

test('keys of today are neither those of before nor those of another id', () => {
  const keys = [...ids, formerInteractionKey('1'), `ff${formerInteractionKey(long)}`].flatMap((id) =>
    [action({ interactionId: id }), updated(id, 1)].map((text) => eventKey(parseAction(text), interactionKey)),
  )
  expect(new Set(keys).size).toBe(keys.length)
  expect(keys.filter((key) => (key.length / 2) % 2 === 0)).toEqual([])
})

test('keys are in the order of short ids', () => {
  const inOrder = ['01930d2e-5f00-7', '01930d2e-5f00-8', '01930d2e-5f01-0', '1000001', '1000002']
  expect([...inOrder].reverse().map(interactionKey).sort()).toEqual(inOrder.map(interactionKey))
})

test('an event from before is known again, and what contradicts it is conflicting', async () => {
  const { database, insert } = await prepareFormer()
  for (const interactionId of ids) {
    await insert(action({ interactionId }))
    await insert(updated(interactionId, 1))
  }
  const store = await open(database)
  for (const interactionId of ids)
    expect(
      await append(
        store,
        action({ interactionId }),
        updated(interactionId, 1),
        action({ interactionId, customerId: 'another' }),
        updated(interactionId, 2),
        updated(interactionId, 2),
      ),
    ).toEqual(['repeated', 'repeated', 'conflicting', 'stored', 'repeated'])
  expect(await store.events({ after: '0', limit: 100 })).toHaveLength(3 * ids.length)
})

test('an interaction has its events from before and after, and no others', async () => {
  const { database, insert } = await prepareFormer()
  for (const interactionId of ids) {
    await insert(action({ interactionId }))
    await insert(action({ interactionId: `${interactionId}1` }))
  }
  const store = await open(database)
  for (const interactionId of ids) {
    await append(store, updated(interactionId, 1), updated(`${interactionId}1`, 1))
    const entries = await historyIn(store, interactionId)
    expect(entries.map(({ text }) => text)).toEqual([action({ interactionId }), updated(interactionId, 1)])
  }
})

test('an erasure finds events and claims from before', async () => {
  const { database, insert } = await prepareFormer()
  await insert(action({ interactionId: uuid, customerId: 'gone' }))
  await insert(action({ interactionId: 'after', customerId: 'visitor-2' }))
  const store = await open(database)
  await append(
    store,
    action({ interactionId: uuid, customerId: 'visitor-1', updatedAt: '2026-11-24T10:00:00Z' }, 'UPDATED'),
    action({ interactionId: 'after', customerId: 'gone', updatedAt: '2026-11-24T10:00:00Z' }, 'UPDATED'),
  )
  expect(await store.erase({ customerId: 'gone' })).toMatchObject({
    erased: 2,
    visitors: [
      { visitorId: 'visitor-1', interactionIds: [uuid] },
      { visitorId: 'visitor-2', interactionIds: ['after'] },
    ],
  })
})

test('an endpoint from before stores nothing beside one of today, and says why', async () => {
  const { database, insert } = await prepareFormer()
  const store = await open(database)
  await append(store, action({ interactionId: uuid }))
  await expect(insert(action({ interactionId: uuid }))).rejects.toThrow('start this endpoint anew')
  await expect(insert(action({ interactionId: 'new' }))).rejects.toThrow('start this endpoint anew')
  expect(await store.events({ after: '0', limit: 10 })).toHaveLength(1)
})

test('an event that an older endpoint was storing when the tables changed is known', async () => {
  const { database, transaction, statementFor, query } = await prepareFormer()
  const isWaiting = `SELECT count(*)::int AS count FROM pg_locks WHERE relation = 'wasabi_event'::regclass AND NOT granted`
  const opening = await transaction(async (on) => {
    await on(statementFor(action({ interactionId: uuid })))
    const opened = open(database)
    await expect.poll(async () => (await query<{ readonly count: number }>(isWaiting))[0]?.count).toBeGreaterThan(0)
    return { opened }
  })
  expect(await append(await opening.opened, action({ interactionId: uuid }))).toEqual(['repeated'])
})
