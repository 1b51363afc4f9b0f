import { connect } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { createHandler, type HandlerOptions } from '../../src/endpoint/http/endpoint'
import { openStore } from '../../src/endpoint/store/open'
import type { Store } from '../../src/endpoint/store/store'
import { action, arrivalOf, freshFile, serveEndpoint, startEndpoint } from './support/server'
import { describeStores } from './support/stores'

const metricsOf = async (origin: string) => {
  const text = await (await fetch(`${origin}/metrics`)).text()
  return new Map(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => line.split(' ') as [string, string]),
  )
}

/** An endpoint over a store that can be made to fail. */
const startFailing = async (options: HandlerOptions = {}) => {
  const store = await openStore({ file: freshFile() })
  let fails = false
  const faulty = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (fails) throw new Error('database or disk is full')
    return work()
  }
  const failing: Store = {
    ...store,
    append: (arrivals) => faulty(() => store.append(arrivals)),
    check: () => faulty(store.check),
    forward: { ...store.forward, lags: (now) => faulty(() => store.forward.lags(now)) },
  }
  const endpoint = await createHandler(failing, { log: () => undefined, ...options })
  onTestFinished(() => endpoint.close())
  const fail = (now: boolean) => {
    fails = now
  }
  return { ...(await serveEndpoint(endpoint)), endpoint, fail }
}

describeStores((freshPlace) => {
  test('is ready as long as it can commit', async () => {
    const { origin, endpoint } = await startEndpoint(await freshPlace())
    expect((await fetch(`${origin}/health/live`)).status).toBe(200)
    expect((await fetch(`${origin}/health/ready`)).status).toBe(200)
    await endpoint.close()
    await expect.poll(async () => (await fetch(`${origin}/health/ready`)).status).toBe(503)
    expect((await fetch(`${origin}/health/live`)).status).toBe(200)
  })

  test('the metrics and /health/ready have the lag of forwarding, and /health/ready no address', async () => {
    const store = await openStore(await freshPlace())
    const endpoint = await createHandler(store)
    onTestFinished(() => endpoint.close())
    const { origin } = await serveEndpoint(endpoint)
    const bodies = ['1', '2', '3'].map((interactionId) => action({ interactionId }))
    const hourAgo = Date.now() - 3_600_000
    await store.append(bodies.map((body) => arrivalOf(Buffer.from(body), hourAgo)))
    await store.settle()
    const [first] = await store.events({ after: '0', limit: 1 })
    await store.forward.savePosition('https://one.example/secret', first?.cursor ?? '')
    await store.forward.savePosition('https://two.example/secret', '0')

    const answer = await (await fetch(`${origin}/health/ready`)).text()
    expect(answer).not.toContain('secret')
    const { status, forwarding } = JSON.parse(answer) as { status: string; forwarding: Record<string, number> }
    expect([status, forwarding.events]).toEqual(['ready', 3])
    expect(Math.round(forwarding.seconds ?? 0)).toBeGreaterThanOrEqual(3600)
    const metrics = await metricsOf(origin)
    const named = (series: string, target: string) =>
      Number(metrics.get(`${series}{target="https://${target}/secret"}`))
    expect(named('wasabi_forward_lag_events', 'one.example')).toBe(2)
    expect(named('wasabi_forward_lag_events', 'two.example')).toBe(3)
    expect(named('wasabi_forward_lag_seconds', 'one.example')).toBeGreaterThanOrEqual(3600)
    expect(named('wasabi_forward_set_aside_events', 'one.example')).toBe(0)
  })
})

test('the metrics answer while the store is away', async () => {
  const { origin, fail } = await startFailing()
  fail(true)
  expect((await metricsOf(origin)).get('wasabi_queue_events')).toBe('0')
})

test('is not ready while it cannot commit, and ready again by itself', async () => {
  const { origin, fail } = await startFailing()
  const ready = async () => (await fetch(`${origin}/health/ready`)).status
  fail(true)
  expect(await ready()).toBe(503)
  fail(false)
  await expect.poll(ready).toBe(200)
})

test('counts what became of events, and how long commits took', async () => {
  const { origin, url, post, fail } = await startFailing({ allowedOrigins: ['https://shop.example'], rateLimit: 8 })
  for (const body of [action(), action(), action({ customerId: 'c-2' }), '{}', action({ interactionId: 'i-2' })])
    await post(body)
  await fetch(`${origin}/customers/c-1`, { method: 'DELETE' })
  await post(action())
  fail(true)
  await post(action())
  await fetch(url, { method: 'POST', body: action(), headers: { Origin: 'https://evil.example' } })
  await post(action())
  await post(action())

  const metrics = await metricsOf(origin)
  const outcomes = {
    stored: 2,
    repeated: 1,
    conflicting: 1,
    refused: 1,
    erased: 1,
    unavailable: 2,
    limited: 1,
    forbidden: 1,
  }
  for (const [outcome, count] of Object.entries(outcomes))
    expect(metrics.get(`wasabi_events_total{outcome="${outcome}"}`), outcome).toBe(String(count))
  expect(metrics.get('wasabi_commit_seconds_count')).toBe('8')
  expect(metrics.get('wasabi_commit_seconds_bucket{le="+Inf"}')).toBe('8')
  expect(metrics.get('wasabi_queue_events')).toBe('0')
  expect(metrics.get('wasabi_streams')).toBe('0')
})

test('turns events away when too many wait, before it reads them', async () => {
  const store = await openStore({ file: freshFile() })
  let letThrough: (value?: unknown) => void = () => undefined
  const gate = new Promise((resolve) => (letThrough = resolve))
  const endpoint = await createHandler({ ...store, append: (arrivals) => gate.then(() => store.append(arrivals)) })
  onTestFinished(() => endpoint.close())
  const { post, origin, url } = await serveEndpoint(endpoint)
  // One connection that does not wait for its answers. Ten thousand connections would run out of sockets before the
  // queue is full.
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  const requestFor = (_: unknown, index: number) => {
    const body = action({ interactionId: String(index) })
    return `POST /customer-actions HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${String(body.length)}\r\n\r\n${body}`
  }
  socket.write(Array.from({ length: 10_000 }, requestFor).join(''))
  let answers = ''
  socket.on('data', (chunk: Buffer) => (answers += chunk.toString()))
  await expect.poll(async () => (await metricsOf(origin)).get('wasabi_queue_events')).toBe('10000')

  const late = await post(action({ interactionId: 'late' }))
  expect(late.status).toBe(503)
  expect(Number(late.headers.get('Retry-After'))).toBeGreaterThan(0)
  letThrough()
  await expect.poll(async () => (await metricsOf(origin)).get('wasabi_events_total{outcome="stored"}')).toBe('10000')
  await expect.poll(() => answers.match(/HTTP\/1.1 201/g)).toHaveLength(10_000)
  socket.destroy()
  expect((await post(action({ interactionId: 'late' }))).status).toBe(201)
})
