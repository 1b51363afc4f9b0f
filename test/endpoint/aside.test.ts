import { expect, onTestFinished, test } from 'vitest'
import { openStore } from '../../src/endpoint/store/open'
import { replayRefused } from '../../src/endpoint/commands/replay'
import { action, arrivalOf, rowsIn, startEndpoint } from './support/server'
import type { Arrival } from '../../src/endpoint/store/store'
import { describeStores } from './support/stores'

const refusedOf = async (answer: Response) =>
  ((await answer.json()) as { events: { status: number; reason: string; body: string }[] }).events

const refused = (body: string): Arrival => ({
  type: 'refused',
  receivedAt: 5,
  bytes: Buffer.from(body),
  refusal: { status: 422, errors: [] },
})

describeStores((freshPlace) => {
  test('shows what was refused and what conflicts, with the reasons', async () => {
    const { post, get } = await startEndpoint(await freshPlace())
    for (const body of [
      action(),
      '{}',
      action({ customerId: 'c-2' }),
      'no JSON',
      Uint8Array.from([0, 255]),
      'x'.repeat(20_000),
    ])
      await post(body)

    const refused = await refusedOf(await get('/refused'))
    expect(refused.map(({ status }) => status)).toEqual([422, 400, 400, 413])
    expect(refused[0]).toMatchObject({ body: '{}', reason: expect.stringContaining('/eventType is missing') as string })
    expect(refused[1]).toMatchObject({ body: 'no JSON', reason: 'is not JSON' })
    expect(refused[2]?.body).toBe('\0\ufffd')
    expect(refused[3]?.body).toHaveLength(16_384)
    expect(await rowsIn(await get('/conflicting'))).toMatchObject([{ event: { body: { customerId: 'c-2' } } }])
    expect(await rowsIn(await get())).toMatchObject([{ event: { body: { customerId: 'c-1' } } }])
  })

  test('reads what was refused page by page', async () => {
    const { post, get } = await startEndpoint(await freshPlace())
    for (const body of ['1', '2', '3']) await post(body)
    const first = (await (await get('/refused?limit=2')).json()) as { events: { body: string }[]; next: string }
    expect(first.events.map(({ body }) => body)).toEqual(['1', '2'])
    expect(await (await get(`/refused?limit=2&after=${first.next}`)).json()).toMatchObject({
      events: [{ body: '3' }],
      next: null,
    })
  })

  test('keeps the newest 10,000 refused bodies at least, and not many more', async () => {
    const store = await openStore(await freshPlace())
    for (let batch = 0; batch < 21; batch += 1) {
      const bodies = Array.from({ length: 500 }, (_, index) => Buffer.from(String(batch * 500 + index)))
      await store.append(bodies.map((bytes) => arrivalOf(bytes, 0)))
    }
    const kept = await store.aside('refused', { after: '0', limit: 20_000 })
    await store.close()
    expect(kept.length).toBeGreaterThanOrEqual(10_000)
    expect(kept.length).toBeLessThan(10_200)
    expect(kept.at(-1)?.text).toBe('10499')
  })

  test('stores a refused body that is valid by now, once', async () => {
    const place = await freshPlace()
    const store = await openStore(place)
    const wronglyRefused = refused(action())
    await store.append([wronglyRefused, arrivalOf(Buffer.from('{}'), 6)])
    expect(await replayRefused(store)).toMatchObject({ taken: 1, stillRefused: 1 })
    expect(await replayRefused(store)).toMatchObject({ taken: 0, stillRefused: 1 })
    await store.close()

    const { get } = await startEndpoint(place)
    expect(await rowsIn(await get())).toMatchObject([
      { receivedAt: '1970-01-01T00:00:00.005Z', event: { body: { interactionId: 'i-1' } } },
    ])
    expect(await refusedOf(await get('/refused'))).toMatchObject([{ body: '{}' }])
  })

  test('counts a refused body that conflicts with a stored event by itself', async () => {
    const store = await openStore(await freshPlace())
    onTestFinished(() => store.close())
    await store.append([arrivalOf(Buffer.from(action())), refused(action({ customerId: 'other' }))])
    expect(await replayRefused(store)).toEqual({ taken: 0, conflicting: 1, stillRefused: 0, unstored: 0 })
    const { length: left } = await store.aside('refused', { after: '0', limit: 10 })
    const { length: conflicting } = await store.aside('conflicting', { after: '0', limit: 10 })
    expect({ left, conflicting }).toEqual({ left: 0, conflicting: 1 })
  })
})
