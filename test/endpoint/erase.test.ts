import { expect, onTestFinished, test } from 'vitest'
import { openStore } from '../../src/endpoint/store/open'
import { action, arrivalOf, freshFile, rowsIn, startEndpoint } from './support/server'
import { describeStores, type Place } from './support/stores'
import { readFileSync } from 'node:fs'

const at = (minute: number) => `2026-11-23T10:${String(minute).padStart(2, '0')}:00.000Z`

const created = (interactionId: string, customerId: string) => action({ interactionId, customerId })
const given = (interactionId: string, customerId: string) =>
  action({ interactionId, customerId, updatedAt: at(5) }, 'UPDATED')

/** An endpoint that took these bodies, and what its operator does with customers. */
const endpointWith = async (place: Place, bodies: readonly string[]) => {
  const started = await startEndpoint(place)
  for (const body of bodies) await started.post(body)
  return {
    ...started,
    erase: (customerId: string) =>
      fetch(`${started.origin}/customers/${encodeURIComponent(customerId)}`, { method: 'DELETE' }),
    ids: async () => (await rowsIn(await started.get())).map(({ event }) => event.body.interactionId),
  }
}

describeStores((freshPlace) => {
  test('erases a customer, and the visitors known to be the same person', async () => {
    const { erase, ids, get } = await endpointWith(await freshPlace(), [
      created('a', 'visitor-1'),
      created('b', 'visitor-1'),
      given('a', 'Ann'),
      created('c', 'Ann'),
      created('d', 'visitor-2'),
      created('e', 'Bob'),
      created('e', 'Ann'),
      '{"body":{"customerId":"Ann"}}',
      'no JSON but "Ann"',
      '{"body":{"customerId":"Bob"}}',
    ])
    const answer = await erase('Ann')
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({ erased: 4 })
    expect(await ids()).toEqual(['d', 'e'])
    for (const path of ['', '/refused', '/conflicting'])
      expect(await (await get(path)).text()).not.toMatch(/Ann|visitor-1/)
    expect(await (await get('/refused')).text()).toContain('Bob')
    expect((await get('/a')).status).toBe(404)
  })

  test('acknowledges what comes late of an erased customer, and does not keep it', async () => {
    const bodies = [created('a', 'visitor-1'), given('a', 'Ann'), created('c', 'Ann')]
    const { erase, ids, post, options } = await endpointWith(await freshPlace(), bodies)
    await erase('Ann')
    for (const body of [...bodies, created('new', 'Ann'), created('new', 'visitor-1')])
      expect((await post(body)).status).toBe(200)
    expect(await ids()).toEqual([])

    const restarted = await startEndpoint(options)
    for (const body of bodies) expect((await restarted.post(body)).status).toBe(200)
    expect(await rowsIn(await restarted.get())).toEqual([])
  })

  test('erases a visitor whom a late event gives to an erased customer', async () => {
    const { erase, ids, post } = await endpointWith(await freshPlace(), [
      created('a', 'visitor-1'),
      created('b', 'visitor-1'),
      created('c', 'Ann'),
    ])
    await erase('Ann')
    expect(await ids()).toEqual(['a', 'b'])
    expect((await post(given('a', 'Ann'))).status).toBe(200)
    expect(await ids()).toEqual([])

    await post(given('x', 'Ann'))
    expect((await post(created('x', 'visitor-9'))).status).toBe(200)
    expect((await post(created('y', 'visitor-9'))).status).toBe(200)
    expect(await ids()).toEqual([])
  })

  test('leaves the corrections alone that give another customer’s interaction away', async () => {
    const { erase, ids } = await endpointWith(await freshPlace(), [
      created('a', 'Ann'),
      given('a', 'Bob'),
      created('b', 'Bob'),
    ])
    expect(await (await erase('Ann')).json()).toEqual({ erased: 1 })
    expect(await ids()).toEqual(['a', 'b'])
  })

  test('erases customers of any name, and nobody for a name that nobody has', async () => {
    const names = ['a/b c?d', "o'neil", '"', '\\', 'é😀', '%', 'x'.repeat(8000)]
    const { erase, ids } = await endpointWith(
      await freshPlace(),
      names.map((name, index) => created(String(index), name)),
    )
    expect(await (await erase('nobody')).json()).toEqual({ erased: 0 })
    for (const name of names) expect(await (await erase(name)).json(), name).toEqual({ erased: 1 })
    expect(await ids()).toEqual([])
  })

  test('deletes what was received before the days of retention', async () => {
    const place = await freshPlace()
    const store = await openStore(place)
    const old = Array.from({ length: 1200 }, (_, index) =>
      arrivalOf(Buffer.from(created(`old-${String(index)}`, 'Ann')), Date.now() - 31 * 86_400_000),
    )
    await store.append([
      ...old,
      arrivalOf(Buffer.from('{}'), 0),
      arrivalOf(Buffer.from(created('new', 'Ann')), Date.now() - 29 * 86_400_000),
    ])
    await store.close()

    const { get } = await startEndpoint({ ...place, retentionDays: 30 })
    await expect
      .poll(async () => (await rowsIn(await get())).map(({ event }) => event.body.interactionId))
      .toEqual(['new'])
    await expect.poll(async () => rowsIn(await get('/refused'))).toEqual([])
  })
})

test('erases the customer whose whole name was given, and nobody for half a name', async () => {
  const { origin, ids } = await endpointWith({ file: freshFile() }, [created('a', 'shop'), created('b', 'shop/42')])
  for (const path of ['', '50%'])
    expect((await fetch(`${origin}/customers/${path}`, { method: 'DELETE' })).status).toBe(400)
  expect(await (await fetch(`${origin}/customers/shop/42`, { method: 'DELETE' })).json()).toEqual({ erased: 1 })
  expect(await ids()).toEqual(['a'])
})

const arrivalsOf = (...bodies: readonly string[]) => bodies.map((body) => arrivalOf(Buffer.from(body)))
const crowd = arrivalsOf(...Array.from({ length: 5000 }, (_, index) => created(`of somebody ${String(index)}`, 'Bob')))

test('lets nobody wait for an erasure that is under way, though the erased customer goes on', async () => {
  const store = await openStore({ file: freshFile() })
  onTestFinished(() => store.close())
  await store.append([...arrivalsOf(created('a', 'Ann')), ...crowd])
  const done: string[] = []
  const erasing = store.erase('Ann').then(() => done.push('erased'))
  const answering = store.append(arrivalsOf(created('b', 'Ann'))).then(() => done.push('answered'))
  await Promise.all([erasing, answering])
  expect(done).toEqual(['answered', 'erased'])
  for (const id of ['a', 'b']) expect(await store.interaction(id)).toEqual([])
})

test('finishes an erasure that was interrupted, when its event comes again', async () => {
  // The one tells of a visitor who is an erased customer; the other of another visitor in that customer's interaction.
  for (const late of arrivalsOf(given('a', 'Ann'), created('known', 'visitor-1'))) {
    let interrupted = 0
    for (let turns = 0; turns < 8; turns += 1) {
      const file = freshFile()
      const first = await openStore({ file })
      await first.append([
        ...arrivalsOf(created('a', 'visitor-1'), created('b', 'visitor-1'), created('known', 'Ann')),
        ...crowd,
      ])
      await first.erase('Ann')
      const outcome = first.append([late]).catch(() => 'interrupted')
      for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate)
      // As when it is killed: what is committed stays, and nothing comes after.
      await first.close()
      if ((await outcome) === 'interrupted') interrupted += 1

      const second = await openStore({ file })
      expect(await second.append([late])).toEqual(['erased'])
      for (const id of ['a', 'b'])
        expect(await second.interaction(id), `${id} after ${String(turns)} turns`).toEqual([])
      await second.close()
    }
    expect(interrupted).toBeGreaterThan(3)
  }
})

test('leaves nothing of an erased customer in the file', async () => {
  const file = freshFile()
  const { erase } = await endpointWith({ file }, [created('a', 'Ann-the-erased'), created('b', 'Bob')])
  await erase('Ann-the-erased')
  for (const part of [file, `${file}-wal`]) expect(readFileSync(part).includes('Ann-the-erased')).toBe(false)
})
