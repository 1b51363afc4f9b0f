import { request as httpRequest, type RequestOptions } from 'node:http'
import { expect, test, vi } from 'vitest'
import { createAccess } from '../../src/endpoint/http/access'
import { clientOf } from '../../src/endpoint/http/client'
import { createRateLimit } from '../../src/endpoint/http/rate-limit'
import type { EndpointOptions } from '../../src/endpoint/http/index'
import { action, startEndpoint, freshFile } from './support/server'

const start = (options: EndpointOptions) => startEndpoint({ file: freshFile(), ...options })

/** A request with headers that `fetch` does not let through. */
const ask = (url: string, options: RequestOptions = {}) =>
  new Promise<{ status: number; text: string }>((resolve, reject) => {
    httpRequest(url, options, (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk: string) => (text += chunk))
      answer.on('end', () => {
        resolve({ status: answer.statusCode ?? 0, text })
      })
    })
      .on('error', reject)
      .end()
  })

const reads = [
  '/customer-actions',
  '/customer-actions/stream',
  '/customer-actions/i-1',
  '/customer-actions/refused',
  '/metrics',
]

test('reads and erases with the token only', async () => {
  const readToken = 'a token of some length'
  const { origin, post } = await start({ readToken })
  expect((await post(action())).status).toBe(201)
  const erasure = { method: 'DELETE' }
  for (const authorization of ['', 'Bearer', 'Bearer wrong', `Basic ${readToken}`, `Bearer ${readToken} `.repeat(2)]) {
    const headers = { authorization }
    for (const path of reads) expect((await fetch(origin + path, { headers })).status, path).toBe(401)
    expect((await fetch(`${origin}/customers/c-1`, { ...erasure, headers })).status).toBe(401)
    expect((await fetch(`${origin}/customer-actions?token=${readToken}`, { headers })).status).toBe(401)
  }
  const headers = { authorization: `Bearer ${readToken}` }
  expect((await fetch(`${origin}/customer-actions/i-1`, { headers })).status).toBe(200)
  expect(await ask(`${origin}/customer-actions`, { headers: { ...headers, host: 'collect.example' } })).toMatchObject({
    status: 200,
  })
  expect((await fetch(`${origin}/customers/c-1`, { ...erasure, headers })).status).toBe(200)
})

test('reads under this machine’s own names only, when there is no token', async () => {
  const { origin } = await start({})
  for (const host of ['evil.example', 'evil.example:80', 'localhost.evil.example', '127.0.0.1.evil.example'])
    for (const path of reads)
      expect((await ask(origin + path, { headers: { host } })).status, `${host} ${path}`).toBe(403)
  for (const host of ['localhost', 'localhost:4174', 'shop.localhost:80', '127.0.0.1:1', '[::1]:4174'])
    expect((await ask(`${origin}/customer-actions`, { headers: { host } })).status, host).toBe(200)
  expect((await ask(`${origin}/customers/c-1`, { method: 'DELETE', headers: { host: 'evil.example' } })).status).toBe(
    403,
  )
})

test('gives pages of other sites nothing to read and nothing to erase', async () => {
  const { origin } = await start({})
  const headers = { Origin: 'https://evil.example' }
  for (const path of [...reads.slice(0, 1), '/metrics', '/customer-actions/refused'])
    expect((await fetch(origin + path, { headers })).headers.get('Access-Control-Allow-Origin')).toBeNull()
  const asked = await fetch(`${origin}/customers/c-1`, {
    method: 'OPTIONS',
    headers: { ...headers, 'Access-Control-Request-Method': 'DELETE' },
  })
  expect(asked.ok).toBe(false)
  expect(asked.headers.get('Access-Control-Allow-Methods')).toBeNull()
})

test('never answers an event with success where it takes none', async () => {
  const { origin } = await start({
    script: { file: new URL('support/server.ts', import.meta.url).pathname, version: '1.2.3' },
  })
  for (const path of [
    ...reads.slice(1),
    '/customers/c-1',
    '/health/live',
    '/health/ready',
    '/wasabi.js',
    '/wasabi-1.2.3.js',
  ]) {
    const answer = await fetch(origin + path, { method: 'POST', body: action() })
    expect(answer.status, path).toBe(405)
    expect(answer.headers.get('Access-Control-Allow-Origin'), path).toBe('*')
  }
})

test('takes events of the allowed sites only, and of no site', async () => {
  const { url } = await start({ allowedOrigins: ['https://shop.example'] })
  const from = async (origin?: string) =>
    (await fetch(url, { method: 'POST', body: action(), headers: origin === undefined ? {} : { Origin: origin } }))
      .status
  expect(await from('https://shop.example')).toBe(201)
  expect(await from('https://shop.example.evil.example')).toBe(403)
  expect(await from('null')).toBe(403)
  expect(await from()).toBe(200)
})

test('asks a client that sends too much to come again, and no other client', async () => {
  const { url } = await start({ rateLimit: 3, trustedProxies: 1 })
  const from = (address: string) =>
    fetch(url, {
      method: 'POST',
      body: action({ interactionId: String(Math.random()) }),
      headers: { 'X-Forwarded-For': `6.6.6.6, ${address}` },
    })
  for (const status of [201, 201, 201, 429, 429]) expect((await from('1.2.3.4')).status).toBe(status)
  const late = await from('1.2.3.4')
  expect(Number(late.headers.get('Retry-After'))).toBeGreaterThan(10)
  expect(late.headers.get('Access-Control-Allow-Origin')).toBe('*')
  expect((await from('1.2.3.5')).status).toBe(201)
  for (const status of [201, 201, 201, 429])
    expect((await from(`2001:db8:1:2:${String(status)}::9`)).status).toBe(status)
  expect((await from('2001:db8:1:3::9')).status).toBe(201)
})

test('lets a client send again after a while', () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  const secondsToWait = createRateLimit(60)
  for (let sent = 0; sent < 60; sent += 1) expect(secondsToWait('a')).toBe(0)
  expect(secondsToWait('a')).toBe(1)
  vi.advanceTimersByTime(1000)
  expect(secondsToWait('a')).toBe(0)
  expect(secondsToWait('a')).toBe(1)
  vi.useRealTimers()
})

test('stays small however many clients there are', () => {
  const secondsToWait = createRateLimit(1)
  expect(secondsToWait('first')).toBe(0)
  expect(secondsToWait('first')).toBeGreaterThan(0)
  for (let client = 0; client < 50_000; client += 1) secondsToWait(String(client))
  expect(secondsToWait('first')).toBe(0)
})

// Only this much of a request is looked at, and a connection of one's own cannot come from these addresses.
const requestFrom = (remoteAddress: string, forwarded?: string) =>
  ({
    socket: { remoteAddress },
    headers: { host: '127.0.0.1', 'x-forwarded-for': forwarded },
  }) as unknown as Parameters<typeof clientOf>[0]

test.each([
  ['1.2.3.4', undefined, 0, '1.2.3.4'],
  ['::ffff:1.2.3.4', undefined, 0, '1.2.3.4'],
  ['2001:db8:a:b:c:d:e:f', undefined, 0, '2001:db8:a:b::/64'],
  ['2001:db8::1', undefined, 0, '2001:db8:0:0::/64'],
  ['2001:0db8:000a::1', undefined, 0, '2001:db8:a:0::/64'],
  ['fe80::1%eth0', undefined, 0, 'fe80:0:0:0::/64'],
  ['1.1.1.1', '9.9.9.9', 0, '1.1.1.1'],
  ['1.1.1.1', '9.9.9.9', 1, '9.9.9.9'],
  ['1.1.1.1', 'forged, 9.9.9.9', 1, '9.9.9.9'],
  ['1.1.1.1', 'forged, 9.9.9.9, 2.2.2.2', 2, '9.9.9.9'],
  ['1.1.1.1', undefined, 1, '1.1.1.1'],
  ['1.1.1.1', '9.9.9.9', 3, '9.9.9.9'],
] as const)('takes %s with X-Forwarded-For %s behind %i proxies for %s', (...[peer, forwarded, proxies, client]) => {
  expect(clientOf(requestFrom(peer, forwarded), proxies)).toBe(client)
})

test('does not let other machines read without a token', () => {
  const denial = createAccess(undefined)
  const from = (remoteAddress: string) => denial(requestFrom(remoteAddress))?.status
  expect(from('192.0.2.1')).toBe(403)
  expect(from('::ffff:192.0.2.1')).toBe(403)
  expect(from('::ffff:127.0.0.1')).toBeUndefined()
  expect(from('::1')).toBeUndefined()
})
