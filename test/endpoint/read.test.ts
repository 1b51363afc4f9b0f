import { expect, onTestFinished, test, vi } from 'vitest'
import { createHandler } from '../../src/endpoint/http/endpoint'
import { openStore } from '../../src/endpoint/store/open'
import { interactionEntries, type InteractionParts } from '../../src/endpoint/store/pages'
import type { Page, Store } from '../../src/endpoint/store/store'
import { action, arrivalOf, freshFile, rowsIn, serveEndpoint, startEndpoint } from './support/server'
import { describeStores } from './support/stores'

const ids = (rows: Awaited<ReturnType<typeof rowsIn>>) => rows.map(({ event }) => event.body.interactionId)

describeStores((freshPlace) => {
  test('reads page by page, and as NDJSON the same rows', async () => {
    const { post, get } = await startEndpoint(await freshPlace())
    expect(await (await get()).json()).toEqual({ events: [], next: null })
    for (const interactionId of ['a', 'b', 'c', 'd']) await post(action({ interactionId }))

    const first = (await (await get('?limit=2')).json()) as { next: string }
    const second = await get(`?limit=2&after=${first.next}`)
    const { events, next } = (await second.json()) as { events: unknown[]; next: unknown }
    expect(events).toMatchObject([
      { event: { body: { interactionId: 'c' } } },
      { event: { body: { interactionId: 'd' } } },
    ])
    expect(next).toBeNull()

    const lines = await (await get('', { Accept: 'application/x-ndjson' })).text()
    const rows = lines
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown)
    expect(rows).toEqual(await rowsIn(await get()))
  })

  test('ends a page with the row that makes it large, and goes on with the next', async () => {
    const place = await freshPlace()
    const store = await openStore(place)
    const note = '\u0001'.repeat(2000)
    const bodies = Array.from({ length: 300 }, (_, index) => action({ interactionId: String(index), note }))
    await store.append(bodies.map((body) => arrivalOf(Buffer.from(body))))
    await store.close()
    const { get } = await startEndpoint(place)
    const seen: unknown[] = []
    let largest = 0
    for (let after: string | null = '0'; after !== null;) {
      const text = await (await get(`?limit=1000&after=${after}`)).text()
      const page = JSON.parse(text) as { events: Parameters<typeof ids>[0]; next: string | null }
      seen.push(...ids(page.events))
      largest = Math.max(largest, text.length)
      after = page.next
    }
    expect(seen).toEqual(bodies.map((_, index) => String(index)))
    expect(largest).toBeLessThan(1_100_000)
  })

  test('shows the newest refusals, about a page of them', async () => {
    const place = await freshPlace()
    const store = await openStore(place)
    await store.append(Array.from({ length: 100 }, (_, index) => arrivalOf(Buffer.alloc(16_000 + index))))
    await store.close()
    const { origin } = await startEndpoint(place)
    const text = await (await fetch(`${origin}/overview/refused`)).text()
    const { refused } = JSON.parse(text) as { readonly refused: readonly { readonly body: string }[] }
    expect(refused.map(({ body }) => body.length)).toEqual(refused.map((_, index) => 16_099 - index))
    expect(refused.length).toBeGreaterThan(5)
    expect(text.length).toBeLessThan(1_100_000)
  })

  test('keeps a few large events as NDJSON for a slow reader', async () => {
    const store = await openStore(await freshPlace())
    const updatedAt = (index: number) => new Date(Date.UTC(2026, 10, 23, 11, index)).toISOString()
    const note = 'x'.repeat(15_000)
    const bodies = Array.from({ length: 60 }, (_, index) => action({ note, updatedAt: updatedAt(index) }, 'UPDATED'))
    await store.append(bodies.map((body) => arrivalOf(Buffer.from(body))))
    const cursors = ['0', ...(await store.events({ after: '0', limit: 60 })).map(({ cursor }) => cursor)]
    const starts: number[] = []
    const events: Store['events'] = (page) => {
      starts.push(cursors.indexOf(page.after))
      return store.events(page)
    }
    const endpoint = await createHandler({ ...store, events })
    onTestFinished(() => endpoint.close())
    const { get } = await serveEndpoint(endpoint)
    const lines = await (await get('', { Accept: 'application/x-ndjson' })).text()
    expect(lines.match(/"cursor"/g)).toHaveLength(60)
    // Each read begins after the events that the last one kept.
    const kept = starts.slice(1).map((start, index) => start - (starts[index] ?? 0))
    expect(Math.max(...kept)).toBeLessThan(10)
  })

  test('writes more than a page as NDJSON', async () => {
    const place = await freshPlace()
    const store = await openStore(place)
    const bodies = Array.from({ length: 1001 }, (_, index) => Buffer.from(action({ interactionId: String(index) })))
    await store.append(bodies.map((bytes) => arrivalOf(bytes)))
    await store.close()
    const { get } = await startEndpoint(place)
    const lines = await (await get('', { Accept: 'application/x-ndjson' })).text()
    expect(lines.match(/\n/g)).toHaveLength(1001)
  })

  test.each(['?limit=0', '?limit=1001', '?limit=x', '?after=x', '?after=-1'])('refuses to read %s', async (query) => {
    const { get } = await startEndpoint(await freshPlace())
    expect((await get(query)).status).toBe(400)
  })

  test('shows the state of an interaction, whatever the order of arrival', async () => {
    const created = action({
      utmParameters: { utmSource: 'x' },
      interaction: { type: 'SIGN_UP', subscriptionContractId: 's-1' },
    })
    const updates = [
      action(
        { customerId: 'c-2', updatedAt: '2026-11-23T11:00:00+00:00', interaction: { type: 'PROMOTION_APPLIED' } },
        'UPDATED',
      ),
      action({ customerId: 'c-3', updatedAt: '2026-11-23T11:30:00+01:00' }, 'UPDATED'),
      action({ customerId: 'c-4' }, 'UPDATED'),
    ]
    const orders = [[created, ...updates], [...updates, created], [...updates].reverse().concat(created)]
    for (const order of orders) {
      const { post, get } = await startEndpoint(await freshPlace())
      for (const body of order) await post(body)
      const { state, history } = (await (await get('/i-1')).json()) as { state: unknown; history: unknown[] }
      expect(state).toEqual({
        interactionId: 'i-1',
        type: 'SIGN_UP',
        createdAt: '2026-11-23T10:00:00.000Z',
        utmParameters: { utmSource: 'x' },
        customerId: 'c-2',
        updatedAt: '2026-11-23T11:00:00+00:00',
      })
      expect(history).toHaveLength(4)
    }
  })

  test('counts a correction of the same instant more than what it corrects', async () => {
    const { post, get } = await startEndpoint(await freshPlace())
    await post(action({ customerId: 'right' }, 'UPDATED'))
    await post(action({ customerId: 'wrong' }))
    expect(await (await get('/i-1')).json()).toMatchObject({ state: { customerId: 'right' } })
  })

  test('answers with the long history of an interaction in its order', async () => {
    const store = await openStore(await freshPlace())
    const endpoint = await createHandler(store)
    onTestFinished(() => endpoint.close())
    const { get } = await serveEndpoint(endpoint)
    const updatedAt = (index: number) => new Date(Date.UTC(2026, 10, 23, 11) + index * 1000).toISOString()
    const bodies = Array.from({ length: 1050 }, (_, index) =>
      action({ customerId: `c-${String(index)}`, updatedAt: updatedAt(index) }, 'UPDATED'),
    )
    await store.append(
      [...bodies, action(), action({ interactionId: 'i-2' })].map((body) => arrivalOf(Buffer.from(body))),
    )
    const { state, history } = (await (await get('/i-1')).json()) as {
      state: unknown
      history: { cursor: string; event: { body: { updatedAt: string } } }[]
    }
    expect(state).toMatchObject({ customerId: 'c-1049', type: 'SIGN_UP' })
    expect(history.map(({ event }) => event.body.updatedAt)).toEqual([
      ...bodies.map((_, index) => updatedAt(index)),
      '2026-11-23T10:00:00.000Z',
    ])
    expect((await get('/i-3')).status).toBe(404)
  })

  test('finds interactions of any name', async () => {
    const { post, get } = await startEndpoint(await freshPlace())
    for (const interactionId of ['a/b?c#d %', 'é😀', 'e\u0301']) {
      await post(action({ interactionId }))
      const answer = await get(`/${encodeURIComponent(interactionId)}`)
      expect(await answer.json()).toMatchObject({ state: { interactionId } })
    }
    await post(action({ interactionId: 'stream' }))
    expect((await get('/%73tream')).status).toBe(200)
    expect((await get('/unknown')).status).toBe(404)
    expect((await get('/%')).status).toBe(404)
  })

  test('keeps its events over a restart, and goes on counting', async () => {
    const first = await startEndpoint(await freshPlace())
    await first.post(action({ interactionId: 'a' }))
    await first.endpoint.close()
    expect((await first.post(action())).status).toBe(503)

    const second = await startEndpoint(first.options)
    expect((await second.post(action({ interactionId: 'a' }))).status).toBe(200)
    expect((await second.post(action({ interactionId: 'b' }))).status).toBe(201)
    expect(ids(await rowsIn(await second.get()))).toEqual(['a', 'b'])
  })

  test('lets two processes use one store', async () => {
    const first = await startEndpoint(await freshPlace())
    const second = await startEndpoint(first.options)
    const statuses = []
    for (const { post } of [first, second, first])
      for (const interactionId of ['a', 'b']) statuses.push((await post(action({ interactionId }))).status)
    expect(statuses).toEqual([201, 201, 200, 200, 200, 200])
    await second.post(action({ interactionId: 'c' }))
    await first.post(action({ interactionId: 'd' }))
    expect(ids(await rowsIn(await first.get()))).toEqual(['a', 'b', 'c', 'd'])
  })
})

test('answers HEAD for what has no end, and reads nothing for it', async () => {
  const store = await openStore({ file: freshFile() })
  const endpoint = await createHandler({ ...store, events: () => Promise.reject(new Error('was read')) })
  onTestFinished(() => endpoint.close())
  const { url } = await serveEndpoint(endpoint)
  expect((await fetch(`${url}/stream`, { method: 'HEAD' })).headers.get('Content-Type')).toBe('text/event-stream')
  const lines = await fetch(url, { method: 'HEAD', headers: { Accept: 'application/x-ndjson' } })
  expect([lines.status, lines.headers.get('Content-Type')]).toEqual([200, 'application/x-ndjson'])
})

test('keeps a few large events of an interaction for a slow reader, and passes over deleted ones', async () => {
  const all = Array.from({ length: 300 }, (_, index) => String(index + 1))
  const isDeleted = (cursor: string): boolean => Number(cursor) > 100 && Number(cursor) <= 250
  const starts: number[] = []
  const parts: InteractionParts = {
    cursorsOf: async (_, { after }) => all.slice(Number(after)),
    entriesAt: async (cursors) => {
      starts.push(Number(cursors[0]))
      const left = cursors.filter((cursor) => !isDeleted(cursor))
      return left.map((cursor) => ({ cursor, receivedAt: 0, outcome: 'stored', text: 'x'.repeat(15_000) }))
    },
  }
  const seen: string[] = []
  for await (const { cursor } of interactionEntries(parts, 'i-1')) seen.push(cursor)
  expect(seen).toEqual(all.filter((cursor) => !isDeleted(cursor)))
  const kept = starts.filter((start) => start < 100).map((start, index) => start - (starts[index - 1] ?? 0))
  expect(Math.max(...kept)).toBeLessThan(10)
})

test('sorts the cursors of an interaction rarely, reads a few entries at a time, and lets others work meanwhile', async () => {
  const all = Array.from({ length: 25_000 }, (_, index) => String(index + 1))
  const sorted = vi.fn(async (_: string, { after, limit }: Page) => all.slice(Number(after), Number(after) + limit))
  const read: number[] = []
  const parts: InteractionParts = {
    cursorsOf: sorted,
    entriesAt: async (cursors) => {
      read.push(cursors.length)
      return cursors.map((cursor) => ({ cursor, receivedAt: 0, outcome: 'stored', text: '' }))
    },
  }
  let turns = 0
  let over = false
  const turn = (): void => {
    turns += 1
    if (!over) setImmediate(turn)
  }
  setImmediate(turn)
  const seen: string[] = []
  for await (const { cursor } of interactionEntries(parts, 'i-1')) seen.push(cursor)
  over = true
  expect(seen).toEqual(all)
  expect(sorted).toHaveBeenCalledTimes(4)
  expect(read).toEqual(Array(250).fill(100))
  expect(turns).toBeGreaterThanOrEqual(250)
})
