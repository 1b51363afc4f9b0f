import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
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

/** Sets the system clock ahead by so many days, or back. */
const setClock = (days: number): void => {
  vi.restoreAllMocks()
  const real = Date.now
  vi.spyOn(Date, 'now').mockImplementation(() => real() + days * day)
}

afterEach(() => {
  vi.restoreAllMocks()
})

/** A start of the endpoint with a clock that is wrong by so many days, and an event received so many days from then. */
type Step = { readonly days: number; readonly event?: number }

const wrongClocks: readonly (readonly [how: string, steps: readonly Step[]])[] = [
  ['is 31 days ahead', [{ days: 0, event: -10 }, { days: 0, event: 0 }, { days: 31 }, { days: 31, event: 0 }]],
  ['is 60 days ahead', [{ days: 0, event: -10 }, { days: 0, event: 0 }, { days: 60 }, { days: 60, event: 0 }]],
  ['is ahead at the first start and later', [{ days: 60 }, { days: 0, event: 0 }, { days: 60 }]],
  ['is ahead at the first event and later', [{ days: 60, event: 0 }, { days: 0, event: 0 }, { days: 60 }]],
  ['is right again after it was behind', [{ days: 0, event: 0 }, { days: -400, event: 0 }, { days: 0 }]],
  [
    'is right again after it was behind at the first start',
    [{ days: -400, event: 0 }, { days: 0 }, { days: 0, event: 0 }],
  ],
  ['is ahead after an import of later events', [{ days: 0, event: 365 }, { days: 0, event: 0 }, { days: 60 }]],
]

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
    expect(lines).toMatchObject([{ event: 'expired', events: 1200, aside: 1 }])
    expect(counted).toEqual([1200])
  })

  test.each(wrongClocks)('deletes no event of the last days when the clock %s', async (_, steps) => {
    const place = await freshPlace()
    for (const [index, step] of steps.entries()) {
      setClock(step.days)
      const store = await openStore(place)
      if (step.event !== undefined) await store.append([eventAt(String(index), Date.now() + step.event * day)])
      await look(store)
      const expected = steps.flatMap(({ event }, other) => (event === undefined || other > index ? [] : String(other)))
      expect(await idsIn(store), `step ${String(index)}`).toEqual(expected)
      await store.close()
    }
  })

  test('deletes what was both received and stored before, and bodies kept aside with it', async () => {
    const store = await openStore(await freshPlace())
    onTestFinished(() => store.close())
    const begin = Date.now()
    const expire = (storedBefore: number) => store.expire({ receivedBefore: begin, storedBefore })
    const step = 3_600_000
    await store.setRetentionTime(begin)
    await store.append([eventAt('dated back', begin - 400 * day), arrivalOf(Buffer.from('{}'), begin - 400 * day)])
    await store.setRetentionTime(begin + step)
    await store.append([eventAt('later', begin - 400 * day), eventAt('ahead', begin + 400 * day)])
    await store.setRetentionTime(begin + 2 * step)
    expect(await expire(begin)).toEqual({ events: 0, aside: 0, more: false })
    expect(await expire(begin + step)).toEqual({ events: 1, aside: 1, more: false })
    expect(await idsIn(store)).toEqual(['later', 'ahead'])
    expect(await expire(begin + 3 * step)).toEqual({ events: 1, aside: 0, more: false })
    expect(await idsIn(store)).toEqual(['ahead'])
  })

  test('begins with the latest arrival, even if older events were imported last', async () => {
    const store = await openStore(await freshPlace())
    onTestFinished(() => store.close())
    const now = Date.now()
    await store.append([eventAt('old', now - 60 * day), eventAt('new', now), eventAt('archived', now - 700 * day)])
    await look(store)
    expect(await idsIn(store)).toEqual(['new'])
  })

  test('reports bodies kept aside that expire alone', async () => {
    const store = await openStore(await freshPlace())
    onTestFinished(() => store.close())
    await store.append([arrivalOf(Buffer.from('{}'), 0)])
    expect((await look(store)).lines).toMatchObject([{ event: 'expired', events: 0, aside: 1 }])
  })
})

test('the retention time passes a quarter faster than time while it is behind the clock, and else like time', async () => {
  let kept: number | undefined = 1000
  const clock = vi.spyOn(Date, 'now').mockImplementation(() => 100_000)
  const passed = vi.spyOn(performance, 'now').mockImplementation(() => 0)
  onTestFinished(() => {
    clock.mockRestore()
    passed.mockRestore()
  })
  const now = createRetentionTime({
    expire: () => Promise.resolve({ events: 0, aside: 0, more: false }),
    retentionTime: () => Promise.resolve(kept),
    setRetentionTime: async (time) => {
      kept = time
    },
  })
  expect(await now()).toBe(1000)
  passed.mockImplementation(() => 40_000)
  expect(await now()).toBe(51_000)
  passed.mockImplementation(() => 400_000)
  expect(await now()).toBe(411_000)
})
