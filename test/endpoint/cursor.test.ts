import { backup, DatabaseSync } from '@photostructure/sqlite'
import { copyFileSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { openStore } from '../../src/endpoint/store/open'
import { createPostgres } from '../../src/endpoint/store/postgres/database'
import { firstCursor, foreignCursor, type Outcome, type Store } from '../../src/endpoint/store/store'
import { action, arrivalOf, freshFile, startEndpoint } from './support/server'
import { describeStores, usePostgres } from './support/stores'

/** Reads on by cursor until it has read so many events, and returns their texts. */
const tail = async ({ events }: Store, count: number) => {
  const seen: string[] = []
  for (let after = firstCursor; seen.length < count;) {
    const page = await events({ after, limit: 50 })
    seen.push(...page.map(({ text }) => text))
    after = page.at(-1)?.cursor ?? after
  }
  return seen
}

const write = async ({ append }: Store, name: string) => {
  for (let batch = 0; batch < 100; batch += 1) {
    const ids = Array.from({ length: 10 }, (_, index) => `${name}-${String(batch)}-${String(index)}`)
    await append(ids.map((interactionId) => arrivalOf(Buffer.from(action({ interactionId })))))
  }
}

describeStores((freshPlace) => {
  test('skips no event and shows none twice while several write', async () => {
    const place = await freshPlace()
    const stores = await Promise.all([1, 2, 3, 4].map(() => openStore(place)))
    onTestFinished(async () => {
      await Promise.all(stores.map((store) => store.close()))
    })
    const [reader, ...writers] = stores as [Store, ...Store[]]
    const reading = tail(reader, writers.length * 1000)
    await Promise.all(writers.map((writer, index) => write(writer, String(index))))
    const seen = await reading
    expect(new Set(seen).size).toBe(writers.length * 1000)
    expect(seen).toHaveLength(writers.length * 1000)
    expect(await reader.events({ after: await reader.newest(), limit: 1 })).toEqual([])
  })

  test('answers each of a large group for itself, and keeps those that count', async () => {
    const store = await openStore(await freshPlace())
    onTestFinished(() => store.close())
    await store.erase({ customerId: 'gone', block: true })
    const each: readonly ((round: string) => [body: string, outcome: Outcome])[] = [
      (round) => [action({ interactionId: round }), 'stored'],
      () => [action({ interactionId: '0' }), 'repeated'],
      (round) => [action({ interactionId: '0', customerId: round }), 'conflicting'],
      (round) => [round, 'refused'],
      (round) => [action({ interactionId: `shared ${round}`, customerId: 'gone' }), 'erased'],
      (round) => [action({ interactionId: `shared ${round}` }), 'stored'],
    ]
    const group = Array.from({ length: 40 }, (_, round) => each.map((make) => make(String(round)))).flat()
    const outcomes = await store.append(group.map(([body]) => arrivalOf(Buffer.from(body))))
    expect(outcomes).toEqual(group.map(([, outcome]) => outcome))
    const kept = group
      .filter(([, outcome]) => outcome === 'stored' || outcome === 'conflicting' || outcome === 'refused')
      .map(([body]) => body)
    const entries = await store.entries({ after: firstCursor, limit: 1000 })
    expect(entries.map(({ text }) => text).sort()).toEqual(kept.sort())
    const events = await store.events({ after: firstCursor, limit: 1000 })
    expect(events.map(({ text }) => text).sort()).toEqual(
      group
        .filter(([, outcome]) => outcome === 'stored')
        .map(([body]) => body)
        .sort(),
    )
  })

  test('stores an event once that reaches several processes at once', async () => {
    const place = await freshPlace()
    const endpoints = [await startEndpoint(place), await startEndpoint(place)]
    const bodies = Array.from({ length: 40 }, (_, index) => action({ interactionId: String(index) }))
    const statuses = await Promise.all(
      endpoints.flatMap(({ post }, index) =>
        (index === 0 ? bodies : [...bodies].reverse()).map(async (body) => (await post(body)).status),
      ),
    )
    expect(statuses.filter((status) => status === 201)).toHaveLength(40)
    expect(statuses.filter((status) => status === 200)).toHaveLength(40)
  })
})

const append = (store: Store, ...interactionIds: readonly string[]) =>
  store.append(interactionIds.map((interactionId) => arrivalOf(Buffer.from(action({ interactionId })))))

/** The ids of the interactions after a cursor, or the sentence of its refusal. */
const read = async (file: string, after: string) => {
  const store = await openStore({ file })
  const problem = await store.problemWith(after)
  const entries = await store.events({ after, limit: 100 })
  await store.close()
  return problem ?? entries.map(({ text }) => /"interactionId":"([^"]*)"/.exec(text)?.[1])
}

/** Stores events in a data file, and resolves to the cursor of the last one. */
const fill = async (file: string, ...interactionIds: readonly string[]) => {
  const store = await openStore({ file })
  await append(store, ...interactionIds)
  const cursor = await store.newest()
  await store.close()
  return cursor
}

test('a data file that a copy is written over reads on from cursors of both, and refuses the later ones', async () => {
  const file = freshFile()
  const first = await fill(file, 'a', 'b')
  copyFileSync(file, `${file}.copy`)
  const later = await fill(file, 'c', 'd')
  expect(await read(file, first)).toEqual(['c', 'd'])
  copyFileSync(`${file}.copy`, file)
  expect(await read(file, later)).toBe(foreignCursor)
  const other = await fill(file, 'e', 'f', 'g')
  expect(await read(file, later)).toBe(foreignCursor)
  expect(await read(file, first)).toEqual(['e', 'f', 'g'])
  expect(await read(file, other)).toEqual([])
})

test('a copy of a data file in use refuses the cursors that are later than the copy', async () => {
  const file = freshFile()
  const store = await openStore({ file })
  await append(store, 'a')
  const first = await store.newest()
  const copy = `${file}.copy`
  const database = new DatabaseSync(file)
  database.exec(`VACUUM INTO '${copy}'`)
  database.close()
  await append(store, 'b')
  const later = await store.newest()
  await store.close()
  await fill(copy, 'c', 'd')
  expect(await read(copy, later)).toBe(foreignCursor)
  expect(await read(copy, first)).toEqual(['c', 'd'])
})

test('two processes that store events in one data file accept the cursors of each other', async () => {
  const file = freshFile()
  const stores = [await openStore({ file }), await openStore({ file })] as const
  const cursors: string[] = []
  for (let round = 0; round < 3; round += 1)
    for (const [index, store] of stores.entries()) {
      await append(store, `${String(round)} ${String(index)}`)
      cursors.push(await store.newest())
    }
  for (const [index, cursor] of cursors.entries())
    for (const store of stores) {
      expect(await store.problemWith(cursor)).toBeUndefined()
      expect(await store.events({ after: cursor, limit: 10 })).toHaveLength(5 - index)
    }
  for (const store of stores) await store.close()
})

const freshDatabase = usePostgres()

const changeIn = async (database: string | undefined, change: string) => {
  const postgres = createPostgres(database ?? '')
  await postgres.query(change)
  await postgres.end()
}

test.each(['wasabi_event', 'wasabi_retention_mark'])(
  'to retention, events are new if %s is of another server',
  async (table) => {
    const place = await freshDatabase()
    const [now, hour, days] = [Date.now(), 3_600_000, 100 * 86_400_000]
    const before = await openStore(place)
    await before.setRetentionTime(now - 2 * hour)
    await before.append([arrivalOf(Buffer.from(action()), now - days)])
    await before.setRetentionTime(now)
    await before.close()
    await changeIn(place.database, `UPDATE ${table} SET xid = '999999999'`)
    const after = await openStore(place)
    onTestFinished(() => after.close())
    await after.setRetentionTime(now + hour)
    const expire = (storedBefore: number) => after.expire({ receivedBefore: now, storedBefore })
    expect(await expire(now - hour)).toMatchObject({ events: 0 })
    expect(await expire(now)).toMatchObject({ events: 1 })
  },
)

test('a data file with an older content refuses events, and later cursors after a restart', async () => {
  const file = freshFile()
  await fill(file, 'a', 'b')
  const store = await openStore({ file })
  await append(store, 'c')
  const whole = new DatabaseSync(file)
  await backup(whole, `${file}.older`)
  whole.close()
  await append(store, 'd')
  const later = await store.newest()
  const copy = new DatabaseSync(`${file}.older`)
  await backup(copy, file)
  copy.close()
  await expect(append(store, 'e')).rejects.toThrow('was overwritten while it was in use')
  await expect(store.check()).rejects.toThrow('was overwritten while it was in use')
  await store.close()
  expect(await fill(file, 'f', 'g', 'h')).not.toBe(later)
  expect(await read(file, later)).toBe(foreignCursor)
})

test('forwards all events again that were restored from a dump of another server', async () => {
  const place = await freshDatabase()
  const before = await openStore(place)
  await append(before, 'a', 'b')
  const [first] = await before.events({ after: firstCursor, limit: 1 })
  for (const target of ['behind', 'ahead']) await before.forward.savePosition(target, first?.cursor ?? '')
  await before.close()
  const postgres = createPostgres(place.database ?? '')
  await postgres.query(`UPDATE wasabi_event SET xid = '999999999' WHERE text LIKE '%"b"%'`)
  await postgres.query(`UPDATE wasabi_forward_position SET xid = '999999999' WHERE target = 'ahead'`)
  await postgres.end()

  const after = await openStore(place)
  onTestFinished(() => after.close())
  for (const target of ['behind', 'ahead'])
    expect(await after.events({ after: await after.forward.position(target), limit: 10 }), target).toHaveLength(2)
})

test('begins anew for a cursor that is from before a move to PostgreSQL', async () => {
  const store = await openStore(await freshDatabase())
  onTestFinished(() => store.close())
  await store.append([arrivalOf(Buffer.from(action()))])
  expect(await store.events({ after: '120000', limit: 10 })).toHaveLength(1)
})

test('does not return events yet that a transaction under way could overtake', async () => {
  const place = await freshDatabase()
  const store = await openStore(place)
  const other = createPostgres(place.database ?? '')
  onTestFinished(async () => {
    await store.close()
    await other.end()
  })
  const insert = `INSERT INTO wasabi_event (xid, received_at, key, customer, text)
    VALUES (pg_current_xact_id(), 0, 'k', 'c', '{"slow":1}')`
  const read = await other.transaction(async (query) => {
    await query(insert)
    await store.append([arrivalOf(Buffer.from(action()))])
    return store.events({ after: firstCursor, limit: 10 })
  })
  expect(read).toEqual([])
  const events = await store.events({ after: firstCursor, limit: 10 })
  expect(events.map(({ text }) => text)).toEqual(['{"slow":1}', action()])
})

test('finds events again that were restored from a dump of another server', async () => {
  const place = await freshDatabase()
  const before = await openStore(place)
  await append(before, 'a', 'b')
  await before.close()
  const postgres = createPostgres(place.database ?? '')
  await postgres.query(`UPDATE wasabi_event SET xid = '999999999'`)
  await postgres.end()

  const after = await openStore(place)
  onTestFinished(() => after.close())
  await append(after, 'c')
  const events = await after.events({ after: firstCursor, limit: 10 })
  expect(events.map(({ text }) => /"interactionId":"(.)"/.exec(text)?.[1])).toEqual(['a', 'b', 'c'])
})
