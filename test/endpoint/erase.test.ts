import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { openStore } from '../../src/endpoint/store/open'
import { createIdFinder, customerDigest } from '../../src/endpoint/store/person'
import { action, arrivalOf, freshFile, rowsIn, startEndpoint } from './support/server'
import { describeStores, historyIn, type Place } from './support/stores'
import { readFileSync } from 'node:fs'

const at = (minute: number) => `2026-11-23T10:${String(minute).padStart(2, '0')}:00.000Z`

const created = (interactionId: string, customerId: string) => action({ interactionId, customerId })
const given = (interactionId: string, customerId: string) =>
  action({ interactionId, customerId, updatedAt: at(5) }, 'UPDATED')

const arrivalsOf = (...bodies: readonly string[]) => bodies.map((body) => arrivalOf(Buffer.from(body)))

/** An endpoint that has received these bodies, and its operator's calls about customers. */
const endpointWith = async (place: Place, bodies: readonly string[]) => {
  const started = await startEndpoint(place)
  for (const body of bodies) await started.post(body)
  return {
    ...started,
    erase: (customerId: string, query = '') =>
      fetch(`${started.origin}/customers/${encodeURIComponent(customerId)}${query}`, { method: 'DELETE' }),
    ids: async () => (await rowsIn(await started.get())).map(({ event }) => event.body.interactionId),
  }
}

test('finds ids in bodies as a search for each of them would', () => {
  const piece = fc.constantFrom('"', '\\', 'a', 'é', '😀', '\n', '"a"', '\\"')
  const word = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''))
  const ids = fc.array(word.filter(Boolean), { minLength: 1, maxLength: 3 })
  fc.assert(
    fc.property(
      ids,
      fc.array(
        fc.oneof(
          word,
          word.map((text) => JSON.stringify(text)),
        ),
      ),
      (names, parts) => {
        const body = Buffer.from(parts.join(''))
        const isThere = names.some((name) => body.includes(JSON.stringify(name)))
        expect(createIdFinder(names)(body)).toBe(isThere)
      },
    ),
    { numRuns: 2000 },
  )
})

describeStores((freshPlace) => {
  test('erases a customer, and names the visitors that claim to be the same person', async () => {
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
      '{"body":{"customerId":"Bob"},"note":"Ann"}',
    ])
    const answer = await erase('Ann')
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({
      erased: 2,
      known: true,
      blocked: true,
      visitors: [{ visitorId: 'visitor-1', events: 2, interactionIds: ['a'] }],
    })
    expect(await ids()).toEqual(['a', 'b', 'd', 'e'])
    for (const path of ['', '/refused', '/conflicting'])
      expect(await (await get(path)).text()).not.toMatch(/"Ann\\?"[},]?$/)
    expect(await (await get('/refused')).text()).toContain('Bob')
    expect(await (await erase('Ann', '?visitors=visitor-1')).json()).toMatchObject({ erased: 2, visitors: [] })
    expect(await ids()).toEqual(['d', 'e'])
  })

  test('erases the visitors too, at the operator’s word', async () => {
    const bodies = [created('a', 'visitor-1'), created('b', 'visitor-1'), given('a', 'Ann'), created('c', 'visitor-2')]
    const { erase, ids, post } = await endpointWith(await freshPlace(), bodies)
    expect(await (await erase('Ann', '?linked=all')).json()).toMatchObject({ erased: 3, visitors: [] })
    for (const body of bodies) expect((await post(body)).status).toBe(200)
    expect(await ids()).toEqual(['c'])
  })

  test('acknowledges late copies of what was erased, and does not keep them', async () => {
    const bodies = [given('a', 'Ann'), created('c', 'Ann')]
    const { erase, ids, post, options } = await endpointWith(await freshPlace(), bodies)
    await erase('Ann')
    for (const body of [...bodies, created('new', 'Ann')]) expect((await post(body)).status).toBe(200)
    expect(await ids()).toEqual([])

    const restarted = await startEndpoint(options)
    for (const body of bodies) expect((await restarted.post(body)).status).toBe(200)
    expect(await rowsIn(await restarted.get())).toEqual([])
  })

  test('deletes no event of a stranger for what comes without a token', async () => {
    const strangers = Array.from({ length: 20 }, (_, index) => String(index))
    const { erase, ids, post } = await endpointWith(await freshPlace(), [
      created('of Ann', 'Ann'),
      ...strangers.slice(0, 10).map((id) => created(id, `visitor-${id}`)),
      // Claims before the events exist, and before the erasure.
      ...strangers.slice(10, 15).map((id) => given(id, 'Ann')),
    ])
    await erase('Ann')
    // Claims after the erasure, with the id of an erased customer.
    for (const id of strangers) await post(given(id, 'Ann'))
    for (const id of strangers.slice(10)) expect((await post(created(id, `visitor-${id}`))).status, id).toBe(201)
    for (const id of strangers) await post(given(id, 'Ann'))
    expect(await ids()).toEqual(strangers)
  })

  test('erases in a time that does not grow by what strangers claim and what was refused, multiplied', async () => {
    const store = await openStore(await freshPlace())
    onTestFinished(() => store.close())
    const visitors = Array.from({ length: 200 }, (_, index) => `visitor-${String(index)}`)
    await store.append(arrivalsOf(created('a', 'Ann'), ...visitors.map((id) => created(id, id))))
    // Each body differs, names nobody, and is as long as a body can be.
    const refused = Array.from({ length: 1000 }, (_, index) => `{"${String(index)}":"${'x'.repeat(16_000)}"}`)
    for (let from = 0; from < refused.length; from += 100)
      await store.append(arrivalsOf(...refused.slice(from, from + 100)))
    const timeOf = async (customerId: string, names: readonly string[]) => {
      const began = performance.now()
      await store.erase({ customerId, visitors: names, block: true })
      return performance.now() - began
    }
    const one = await timeOf('Bob', ['visitor-0'])
    expect((await timeOf('Ann', visitors)) / one).toBeLessThan(20)
  })

  test('names as many claims as fit into an answer, and erases all of them at the operator’s word', async () => {
    const store = await openStore(await freshPlace())
    onTestFinished(() => store.close())
    // Ids as long as those of a browser can be, each in an event of its own, all of one interaction.
    const names = Array.from({ length: 16_000 }, (_, index) => `visitor-${String(index).padStart(64, '0')}`)
    const claims = names.map((customerId, index) => {
      const updatedAt = new Date(Date.UTC(2026, 10, 24) + index).toISOString()
      return action({ interactionId: 'a', customerId, updatedAt }, 'UPDATED')
    })
    await store.append(arrivalsOf(created('a', 'Ann')))
    for (let from = 0; from < claims.length; from += 1000)
      await store.append(arrivalsOf(...claims.slice(from, from + 1000)))
    const first = await store.erase({ customerId: 'Bob' })
    expect(first).not.toHaveProperty('more')
    const answer = await store.erase({ customerId: 'Ann', visitors: names.slice(0, 5) })
    expect(answer.erased).toBe(6)
    expect(answer.more).toBeGreaterThan(0)
    expect(answer.visitors.length + (answer.more ?? 0)).toBe(names.length - 5)
    expect(JSON.stringify(answer).length).toBeLessThan(2_100_000)

    await store.readmit('Ann')
    await store.append(arrivalsOf(created('a', 'Ann')))
    const all = await store.erase({ customerId: 'Ann', visitors: 'all' })
    expect(all).toEqual({ erased: names.length - 4, known: true, blocked: true, visitors: [] })
  })

  test('leaves ids alone that begin as a visitor’s and are none', async () => {
    const names = ['visitor-1,Bob', 'visitor-1,visitor-2', `visitor-${'x'.repeat(12_000)}`, 'visitor-']
    const { erase, ids } = await endpointWith(await freshPlace(), [
      created('a', 'Ann'),
      ...names.map((id, index) => action({ interactionId: 'a', customerId: id, updatedAt: at(index) }, 'UPDATED')),
      created('b', 'Bob'),
      created('c', 'visitor-2'),
    ])
    expect(await (await erase('Ann', '?linked=all')).json()).toMatchObject({ erased: 1, visitors: [] })
    expect(await ids()).toEqual(['a', 'a', 'a', 'a', 'b', 'c'])
    expect(await (await erase('visitor-1,Bob')).json()).toMatchObject({ erased: 1 })
    expect(await ids()).toEqual(['a', 'a', 'a', 'b', 'c'])
  })

  test('erases a body that was put aside with the id in its text, if that is all there is', async () => {
    const { erase, get } = await endpointWith(await freshPlace(), [
      '{"body":{"customerId":"Ann",}}',
      '{"body":{"customerId":"Bob",}}',
    ])
    expect(await (await erase('Ann')).json()).toMatchObject({ erased: 0, known: true, blocked: true })
    const left = await (await get('/refused')).text()
    expect([left.includes('Ann'), left.includes('Bob')]).toEqual([false, true])
  })

  test('erases what was put aside of an erased id that has no events', async () => {
    const store = await openStore(await freshPlace())
    onTestFinished(() => store.close())
    await store.append(arrivalsOf('{"body":{"customerId":"Ann"}}', '{"body":{"customerId":"Bob"}}'))
    await store.addErased([customerDigest('Ann')])
    await store.sweepErased()
    const left = await store.aside('refused', { after: '0', limit: 10 })
    expect(left.map(({ text }) => text)).toEqual(['{"body":{"customerId":"Bob"}}'])
  })

  test.each([
    '?visitor=visitor-1',
    '?visitors=',
    '?visitors=visitor-1,Bob',
    '?visitors=Bob',
    '?linked=All',
    '?block=yes',
    '?visitors=visitor-1&visitors=visitor-2',
    '?all',
  ])('erases nothing for a slip as in %s, and says what can be asked for', async (query) => {
    const { erase, ids } = await endpointWith(await freshPlace(), [created('a', 'Ann')])
    const answer = await erase('Ann', query)
    expect([answer.status, await answer.json()]).toEqual([
      400,
      { errors: [{ path: '', message: expect.stringMatching(/^allows linked=all, .*; nothing was erased$/) }] },
    ])
    expect(await ids()).toEqual(['a'])
  })

  test('reports that no event has a customer id, blocks the id only on request, and readmits it', async () => {
    const store = await openStore(await freshPlace())
    onTestFinished(() => store.close())
    const nothing = { erased: 0, known: false, blocked: false, visitors: [] }
    expect(await store.erase({ customerId: 'Ann' })).toEqual(nothing)
    expect(await store.append(arrivalsOf(created('a', 'Ann')))).toEqual(['stored'])
    expect(await store.erase({ customerId: 'Bob', block: true })).toEqual({ ...nothing, blocked: true })
    expect(await store.append(arrivalsOf(created('b', 'Bob')))).toEqual(['erased'])
    expect([await store.isErased('Ann'), await store.isErased('Bob')]).toEqual([false, true])
    expect(await store.erased({ after: '', limit: 10 })).toHaveLength(1)
    expect([await store.readmit('Bob'), await store.readmit('Bob')]).toEqual([true, false])
    expect(await store.append(arrivalsOf(created('b', 'Bob')))).toEqual(['stored'])
  })

  test('lists the erased ids by digest, says whether one is erased, and takes an erasure back', async () => {
    const { origin, post, erase } = await endpointWith(await freshPlace(), [])
    const names = ['Ann', 'a/b c?d', 'é😀']
    for (const name of names) await erase(name, '?block=true')
    const asked = async (path: string, method = 'GET') => (await fetch(origin + path, { method })).json()
    const digests: string[] = []
    for (let after: string | null = ''; after !== null;) {
      const page = (await asked(`/erased?limit=2&after=${after}`)) as { erased: string[]; next: string | null }
      digests.push(...page.erased)
      after = page.next
    }
    expect(digests).toEqual(names.map(customerDigest).sort())
    for (const name of names) {
      const path = `/erased/${encodeURIComponent(name)}`
      expect((await post(created(name, name))).status).toBe(200)
      expect(await asked(path)).toEqual({ erased: true })
      expect(await asked(path, 'DELETE')).toEqual({ readmitted: true })
      expect(await asked(path, 'DELETE')).toEqual({ readmitted: false })
      expect(await asked(path)).toEqual({ erased: false })
      expect((await post(created(name, name))).status).toBe(201)
    }
    expect(await asked('/erased')).toEqual({ erased: [], next: null })
    for (const wrong of ['/erased?after=x', '/erased?limit=0', '/erased/', '/erased/50%'])
      expect((await fetch(origin + wrong)).status, wrong).toBe(400)
  })

  test('leaves corrections alone that hand over another customer’s interaction', async () => {
    const { erase, ids } = await endpointWith(await freshPlace(), [
      created('a', 'Ann'),
      given('a', 'Bob'),
      created('b', 'Bob'),
    ])
    expect(await (await erase('Ann')).json()).toMatchObject({ erased: 1 })
    expect(await ids()).toEqual(['a', 'b'])
  })

  test('erases customers of any name, and nobody for a name that nobody has', async () => {
    const names = ['a/b c?d', "o'neil", '"', '\\', 'é😀', '%', 'x'.repeat(8000)]
    const { erase, ids } = await endpointWith(
      await freshPlace(),
      names.map((name, index) => created(String(index), name)),
    )
    expect(await (await erase('nobody')).json()).toMatchObject({ erased: 0, known: false })
    for (const name of names) expect(await (await erase(name)).json(), name).toMatchObject({ erased: 1 })
    expect(await ids()).toEqual([])
  })
})

test('erases the customer of a whole name, and nobody for half a name', async () => {
  const { origin, ids } = await endpointWith({ file: freshFile() }, [created('a', 'shop'), created('b', 'shop/42')])
  for (const path of ['', '50%'])
    expect((await fetch(`${origin}/customers/${path}`, { method: 'DELETE' })).status).toBe(400)
  expect(await (await fetch(`${origin}/customers/shop/42`, { method: 'DELETE' })).json()).toMatchObject({ erased: 1 })
  expect(await ids()).toEqual(['a'])
})

const crowd = arrivalsOf(...Array.from({ length: 5000 }, (_, index) => created(`of somebody ${String(index)}`, 'Bob')))

test('lets nobody wait for an erasure that is under way, and erases what comes meanwhile', async () => {
  const store = await openStore({ file: freshFile() })
  onTestFinished(() => store.close())
  await store.append([...arrivalsOf(created('a', 'Ann')), ...crowd])
  const done: string[] = []
  const erasing = store.erase({ customerId: 'Ann' }).then(() => done.push('erased'))
  const answering = store.append(arrivalsOf(created('b', 'Ann'))).then(() => done.push('answered'))
  await Promise.all([erasing, answering])
  expect(done).toEqual(['answered', 'erased'])
  for (const id of ['a', 'b']) expect(await historyIn(store, id)).toEqual([])
})

test('leaves nothing of an erased customer in the file', async () => {
  const file = freshFile()
  const { erase } = await endpointWith({ file }, [created('a', 'Ann-the-erased'), created('b', 'Bob')])
  await erase('Ann-the-erased')
  for (const part of [file, `${file}-wal`]) expect(readFileSync(part).includes('Ann-the-erased')).toBe(false)
})
