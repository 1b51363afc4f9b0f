import { expect, onTestFinished, test } from 'vitest'
import { openStore } from '../../src/endpoint/store/open'
import { createPostgres } from '../../src/endpoint/store/postgres/database'
import { firstCursor, type Outcome, type Store } from '../../src/endpoint/store/store'
import { action, arrivalOf, startEndpoint } from './support/server'
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

const freshDatabase = usePostgres()

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
  await before.append([
    arrivalOf(Buffer.from(action({ interactionId: 'a' }))),
    arrivalOf(Buffer.from(action({ interactionId: 'b' }))),
  ])
  await before.close()
  const postgres = createPostgres(place.database ?? '')
  await postgres.query(`UPDATE wasabi_event SET xid = '999999999'`)
  await postgres.end()

  const after = await openStore(place)
  onTestFinished(() => after.close())
  await after.append([arrivalOf(Buffer.from(action({ interactionId: 'c' })))])
  const events = await after.events({ after: firstCursor, limit: 10 })
  expect(events.map(({ text }) => /"interactionId":"(.)"/.exec(text)?.[1])).toEqual(['a', 'b', 'c'])
})
