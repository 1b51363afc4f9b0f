import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Action } from '../../src/contract/customer-action'
import { createStorage } from './simulation/storage'

const action: Action = {
  interactionId: 'a',
  customerId: '42',
  interaction: { type: 'SIGN_UP' },
  createdAt: '2026-11-23T10:00:00.000Z',
  updatedAt: '2026-11-23T10:00:00.000Z',
}

let arrivals: number[]

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-11-23T10:00:00Z') })
  vi.resetModules()
  arrivals = []
  vi.stubGlobal('document', { cookie: '' })
  vi.stubGlobal('navigator', { onLine: true })
  vi.stubGlobal(
    'localStorage',
    createStorage({ onStore: () => undefined, onChange: () => undefined, isFull: () => false }),
  )
  vi.stubGlobal('addEventListener', () => undefined)
  // The longest delay that the jitter allows.
  vi.spyOn(Math, 'random').mockReturnValue(0.999_999)
  vi.spyOn(console, 'error').mockReturnValue()
})

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

/** An outbox that contains one event, with an endpoint that answers like this. */
const startOutbox = async (answer: (body: string) => Response, isOwn = false) => {
  vi.stubGlobal('fetch', (_: string, { body }: { readonly body: string }) => {
    arrivals.push(Date.now())
    return isOwn ? undefined : Promise.resolve(answer(body))
  })
  const { setSettings } = await import('../../src/tracker/settings')
  setSettings({
    endpoint: 'https://collect.example.com/customer-actions',
    customerId: undefined,
    consent: 'implied',
    attribution: 'last',
    attributionDays: 90,
    utmTypes: '',
  })
  const { addEvent } = await import('../../src/tracker/outbox')
  const { writeEvent } = await import('../../src/tracker/event')
  addEvent(action, writeEvent(action))
}

const secondsBetween = () => arrivals.slice(1).map((time, index) => Math.round((time - (arrivals[index] ?? 0)) / 1000))

test('retries are later and later apart: a second, two, four, and at most five minutes', async () => {
  await startOutbox(() => new Response('', { status: 503 }))
  await vi.advanceTimersByTimeAsync(30 * 60_000)
  expect(secondsBetween()).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300, 300])
})

test('the endpoint is left alone for as long as it asks', async () => {
  await startOutbox(() => new Response('', { status: 503, headers: { 'retry-after': '600' } }))
  await vi.advanceTimersByTimeAsync(30 * 60_000)
  expect(secondsBetween()).toEqual([600, 600, 600])
})

test('Retry-After may be a date', async () => {
  const inTenMinutes = () => new Date(Date.now() + 600_000).toUTCString()
  await startOutbox(() => new Response('', { status: 503, headers: { 'retry-after': inTenMinutes() } }))
  await vi.advanceTimersByTimeAsync(30 * 60_000)
  expect(secondsBetween()).toEqual([600, 600, 600])
})

test('an absurd Retry-After is a day', async () => {
  await startOutbox(() => new Response('', { status: 429, headers: { 'retry-after': '99999999999' } }))
  await vi.advanceTimersByTimeAsync(2.5 * 86_400_000)
  expect(secondsBetween()).toEqual([86_400, 86_400])
})

test('a clock that is set back makes the wait no longer', async () => {
  await startOutbox(() => new Response('', { status: 503, headers: { 'retry-after': '600' } }))
  await vi.advanceTimersByTimeAsync(0)
  vi.setSystemTime(Date.now() - 3_600_000)
  await vi.advanceTimersByTimeAsync(601_000)
  expect(arrivals).toHaveLength(2)
})

test('an event is dropped after 30 days, and not before', async () => {
  await startOutbox(() => new Response('', { status: 503, headers: { 'retry-after': '86400' } }))
  await vi.advanceTimersByTimeAsync(29.5 * 86_400_000)
  expect(Object.keys(localStorage)).toContain('wasabi.C.a')
  await vi.advanceTimersByTimeAsync(2 * 86_400_000)
  expect(Object.keys(localStorage)).not.toContain('wasabi.C.a')
})

test('an event older than its retention has one more attempt, and no second', async () => {
  const time = '2026-10-23T10:00:00.000Z'
  for (const id of ['taken', 'given up']) {
    const body = { ...action, interactionId: id, createdAt: time, updatedAt: time }
    localStorage.setItem(`wasabi.C.${id}`, JSON.stringify({ body }))
  }
  const attempts: string[] = []
  await startOutbox((body) => {
    attempts.push(/"interactionId":"([^"]+)"/.exec(body)?.[1] ?? '')
    return new Response('', { status: body.includes('given up') ? 503 : 201 })
  })
  await vi.advanceTimersByTimeAsync(60 * 60_000)
  expect(attempts.sort()).toEqual(['a', 'given up', 'taken'])
  expect(Object.keys(localStorage)).toEqual([])
})

test('a page whose storage is full sends an event and its correction from memory', async () => {
  const full = createStorage({ onStore: () => undefined, onChange: () => undefined, isFull: () => true })
  vi.stubGlobal('localStorage', full)
  let isDown = true
  await startOutbox(() => new Response('', { status: isDown ? 503 : 201 }))
  const { addEvent } = await import('../../src/tracker/outbox')
  const { writeEvent } = await import('../../src/tracker/event')
  const correction = { ...action, updatedAt: '2026-11-23T10:00:00.001Z' }
  addEvent(correction, writeEvent(correction))
  await vi.advanceTimersByTimeAsync(10_000)
  expect(Object.keys(full)).toEqual([])
  isDown = false
  const before = arrivals.length
  await vi.advanceTimersByTimeAsync(60 * 60_000)
  expect(arrivals.length - before).toBe(2)
})

test('an event that cannot be read is kept and read once a page, and its correction does not wait for it', async () => {
  localStorage.setItem('wasabi.C.b', '{"written by": "another version"}')
  localStorage.setItem(
    'wasabi.U.2026-11-23T10:00:00.001Z.b',
    JSON.stringify({ body: { ...action, interactionId: 'b', updatedAt: '2026-11-23T10:00:00.001Z' } }),
  )
  const read = vi.spyOn(localStorage, 'getItem')
  await startOutbox(() => new Response('', { status: arrivals.length < 4 ? 503 : 201 }))
  await vi.advanceTimersByTimeAsync(60 * 60_000)
  expect(Object.keys(localStorage)).toEqual(['wasabi.C.b'])
  expect(read.mock.calls.filter(([key]) => key === 'wasabi.C.b')).toHaveLength(1)
})

test('a function in place of `fetch` is called once, and the event is kept', async () => {
  await startOutbox(() => new Response(), true)
  await vi.advanceTimersByTimeAsync(60 * 60_000)
  expect(arrivals).toHaveLength(1)
  expect(Object.keys(localStorage)).toEqual(['wasabi.C.a'])
})

test('an attempt that the page itself ends is no trouble of the endpoint', async () => {
  let isHanging = false
  await startOutbox(() => new Response('', { status: 503 }))
  const answer = globalThis.fetch
  vi.stubGlobal('fetch', (url: string, options: { readonly signal: AbortSignal }) =>
    isHanging
      ? new Promise((_, reject) => {
          options.signal.addEventListener('abort', () => {
            reject(options.signal.reason as Error)
          })
        })
      : answer(url, options),
  )
  await vi.advanceTimersByTimeAsync(500)
  isHanging = true
  await vi.advanceTimersByTimeAsync(1000)
  const { leave } = await import('../../src/tracker/outbox')
  leave()
  await vi.advanceTimersByTimeAsync(0)
  const lines = vi.mocked(console.error).mock.calls.map(([line]) => String(line))
  expect(lines).toEqual([expect.stringContaining('answered 503')])
})
