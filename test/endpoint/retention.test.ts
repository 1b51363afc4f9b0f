import { expect, onTestFinished, test, vi } from 'vitest'
import type { LogLine } from '../../src/endpoint/log'
import { openStore } from '../../src/endpoint/store/open'
import { createRetentionTime, startRetention } from '../../src/endpoint/store/retention'
import type { Store } from '../../src/endpoint/store/store'
import { action, arrivalOf } from './support/server'
import { describeStores } from './support/stores'

const day = 86_400_000

const eventAt = (interactionId: string, receivedAt: number) =>
  arrivalOf(Buffer.from(action({ interactionId })), receivedAt)

const idsIn = async (store: Store) =>
  (await store.events({ after: '0', limit: 5000 })).map(({ text }) => /"interactionId":"([^"]*)"/.exec(text)?.[1])

/** Runs retention of 30 days until its first look is over, and returns its reports. */
const look = async (store: Store) => {
  const lines: LogLine[] = []
  const onExpired = vi.fn()
  const looked = vi.fn(store.expire)
  const stop = startRetention({ ...store, expire: looked }, 30, { log: (line) => lines.push(line), onExpired })
  await expect.poll(async () => looked.mock.results.length > 0 && !(await lastOf(looked.mock.results)).more).toBe(true)
  await new Promise(setImmediate)
  stop()
  return { lines, counted: onExpired.mock.calls.flat() as number[] }
}

const lastOf = async (results: readonly { readonly value: unknown }[]) =>
  (await results.at(-1)?.value) as { readonly more: boolean }

describeStores((freshPlace) => {
  test('deletes events older than the retention, logs and counts them', async () => {
    const store = await openStore(await freshPlace())
    onTestFinished(() => store.close())
    const now = Date.now()
    await store.append([
      ...Array.from({ length: 1200 }, (_, index) => eventAt(`old-${String(index)}`, now - 31 * day)),
      arrivalOf(Buffer.from('{}'), 0),
      eventAt('new', now - day),
      eventAt('newest', now),
    ])
    const { lines, counted } = await look(store)
    expect(await idsIn(store)).toEqual(['new', 'newest'])
    expect(await store.aside('refused', { after: '0', limit: 10 })).toEqual([])
    expect(lines).toMatchObject([{ event: 'expired', events: 1200 }])
    expect(counted).toEqual([1200])
  })

  test.each([31, 60])('deletes nothing when the clock is %i days ahead', async (days) => {
    const store = await openStore(await freshPlace())
    onTestFinished(() => store.close())
    await store.append([eventAt('a', Date.now() - 10 * day), eventAt('b', Date.now())])
    await look(store)
    const ahead = Date.now() + days * day
    const clock = vi.spyOn(Date, 'now').mockImplementation(() => ahead)
    onTestFinished(() => {
      clock.mockRestore()
    })
    await store.append([eventAt('c', ahead)])
    await look(store)
    expect(await idsIn(store)).toEqual(['a', 'b', 'c'])
  })
})

test('goes a quarter faster than time at most, and never beyond the clock', async () => {
  let kept: number | undefined = 1000
  const clock = vi.spyOn(Date, 'now').mockImplementation(() => 100_000)
  const passed = vi.spyOn(performance, 'now').mockImplementation(() => 0)
  onTestFinished(() => {
    clock.mockRestore()
    passed.mockRestore()
  })
  const now = createRetentionTime({
    expire: () => Promise.resolve({ events: 0, more: false }),
    retentionTime: () => Promise.resolve(kept),
    setRetentionTime: async (time) => {
      kept = time
    },
  })
  expect(await now()).toBe(1000)
  passed.mockImplementation(() => 40_000)
  expect(await now()).toBe(51_000)
  passed.mockImplementation(() => 400_000)
  expect(await now()).toBe(100_000)
})
