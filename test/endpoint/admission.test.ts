import { request as httpRequest, type RequestOptions } from 'node:http'
import { expect, onTestFinished, test, vi } from 'vitest'
import { denialOf } from '../../src/endpoint/http/access'
import { clientOf } from '../../src/endpoint/http/admission'
import type { EndpointOptions } from '../../src/endpoint/http/endpoint'
import { action, startEndpoint, freshFile } from './support/server'

const start = (options: EndpointOptions) => startEndpoint({ file: freshFile(), ...options })

/** A request with headers that `fetch` does not permit. */
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
  '/erased',
  '/erased/c-1',
]

test('reads and erases with the token only', async () => {
  const readToken = 'a token of some length'
  const { origin, post } = await start({ readToken })
  expect((await post(action())).status).toBe(201)
  const erasure = { method: 'DELETE' }
  for (const authorization of ['', 'Bearer', 'Bearer wrong', `Basic ${readToken}`, `Bearer ${readToken} `.repeat(2)]) {
    const headers = { authorization }
    for (const path of reads) expect((await fetch(origin + path, { headers })).status, path).toBe(401)
    for (const path of ['/customers/c-1', '/erased/c-1'])
      expect((await fetch(origin + path, { ...erasure, headers })).status).toBe(401)
    expect((await fetch(`${origin}/customer-actions?token=${readToken}`, { headers })).status).toBe(401)
  }
  expect((await fetch(`${origin}/metrics`, { headers: { authorization: `bearer ${readToken}` } })).status).toBe(200)
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
  const { text } = await ask(`${origin}/customer-actions`, { headers: { host: 'shop.example' } })
  expect(text).toContain(`Open it as http://localhost:${new URL(origin).port}, or set READ_TOKEN.`)
  for (const host of ['localhost', 'localhost:4174', 'shop.localhost:80', '127.0.0.1:1', '[::1]:4174'])
    expect((await ask(`${origin}/customer-actions`, { headers: { host } })).status, host).toBe(200)
  expect((await ask(`${origin}/customers/c-1`, { method: 'DELETE', headers: { host: 'evil.example' } })).status).toBe(
    403,
  )
})

test('lets pages of other sites read and erase nothing', async () => {
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
    for (const method of ['PUT', 'PATCH', 'PROPFIND', 'LOCK', 'M-SEARCH']) {
      const other = await fetch(origin + path, { method })
      expect([other.status, other.headers.get('Allow')], `${method} ${path}`).toEqual([
        405,
        answer.headers.get('Allow'),
      ])
    }
  }
})

test.each(['DELETE', 'PUT', 'OPTIONS', 'QUERY'])('%s is answered alike without a body and with any', async (method) => {
  const { origin } = await start({})
  for (const path of ['/customers/c-1', '/erased/c-1', '/health/live', '/wasabi.js', '/elsewhere']) {
    const answerTo = async (request: RequestInit) => {
      const answer = await fetch(origin + path, { method, ...request })
      return [path, answer.status, await answer.text()]
    }
    const plain = await answerTo({})
    expect(await answerTo({ headers: { 'Content-Type': 'application/json' } })).toEqual(plain)
    expect(await answerTo({ headers: { 'Content-Type': 'application/json' }, body: '{}' })).toEqual(plain)
    expect(await answerTo({ body: 'c-1' })).toEqual(plain)
  }
})

test('accepts events of the allowed sites only, and of no site', async () => {
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

/** Sends an event from an address that a proxy reports, and returns the status. */
const startBehindProxy = async (rateLimit: number) => {
  const { endpoint } = await start({ rateLimit, trustedProxies: 1 })
  return async (forwarded: string) => {
    const headers = { 'x-forwarded-for': forwarded }
    return (await endpoint.inject({ method: 'POST', url: '/customer-actions', headers, payload: action() })).statusCode
  }
}

test('lets a client send again after a minute', async () => {
  const from = await startBehindProxy(1)
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  expect(await from('1.2.3.4')).toBe(201)
  expect(await from('1.2.3.4')).toBe(429)
  vi.advanceTimersByTime(60_000)
  expect(await from('1.2.3.4')).toBe(200)
})

test('knows a client however a proxy writes its address, and everybody without one as that proxy', async () => {
  const from = await startBehindProxy(1)
  expect(await from('1.2.3.4')).toBe(201)
  for (const same of ['1.2.3.4:5678', '1.2.3.4:1', '::ffff:1.2.3.4', '[::ffff:1.2.3.4]:80'])
    expect(await from(same), same).toBe(429)
  expect(await from('2001:db8::1')).toBe(200)
  for (const same of ['[2001:db8::2]', '[2001:db8::3]:443', '2001:DB8:0:0::4']) expect(await from(same), same).toBe(429)
  expect(await from('unknown')).toBe(200)
  for (const garbage of ['_hidden', 'x'.repeat(8000), '1.2.3.4.5', '999.1.1.1', '1.2.3.4:x', 'evil, ?'])
    expect(await from(garbage), garbage.slice(0, 20)).toBe(429)
})

const requestFrom = (ip: string, remoteAddress = ip) =>
  ({ ip, socket: { remoteAddress } }) as unknown as Parameters<typeof clientOf>[0]

test.each([
  ['1.2.3.4', '1.2.3.4'],
  ['::ffff:1.2.3.4', '1.2.3.4'],
  ['2001:db8:a:b:c:d:e:f', '2001:db8:a:b::'],
  ['2001:db8::1', '2001:db8::'],
  ['2001:0db8:000a::1', '2001:db8:a::'],
  ['fe80::1%eth0', 'fe80::'],
])('takes %s for %s', (ip, client) => {
  expect(clientOf(requestFrom(ip))).toBe(client)
})

test.each([
  [undefined, 0, '1.1.1.1'],
  ['9.9.9.9', 0, '1.1.1.1'],
  ['9.9.9.9', 1, '9.9.9.9'],
  ['forged, 9.9.9.9', 1, '9.9.9.9'],
  ['forged, 9.9.9.9, 2.2.2.2', 2, '9.9.9.9'],
  [undefined, 1, '1.1.1.1'],
  ['9.9.9.9', 3, '9.9.9.9'],
] as const)('believes X-Forwarded-For %s behind %i proxies so far: %s', async (forwarded, trustedProxies, client) => {
  const { endpoint } = await start({ rateLimit: 1, trustedProxies, readToken: 'a token of some length' })
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }
  const from = async (remoteAddress: string, more = {}) =>
    (await endpoint.inject({ method: 'POST', url: '/customer-actions', remoteAddress, headers: more, payload: '{}' }))
      .statusCode
  expect(await from('1.1.1.1', headers)).toBe(422)
  // The same client, and no other, has sent its one event.
  expect(await from(client)).toBe(429)
  expect(await from('3.3.3.3')).toBe(422)
})

test('does not let other machines read without a token', () => {
  const denied = (remoteAddress: string) => denialOf({ remoteAddress }, '127.0.0.1') !== undefined
  expect(denied('192.0.2.1')).toBe(true)
  expect(denied('::ffff:192.0.2.1')).toBe(true)
  expect(denied('::ffff:127.0.0.1')).toBe(false)
  expect(denied('::1')).toBe(false)
})
