import { readFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createContext, runInContext } from 'node:vm'
import { Ajv } from 'ajv'
import { afterEach, expect, test, vi } from 'vitest'
import { campaignCookie, customerAction, readCampaign } from '../../src/server/index'

const schema = JSON.parse(readFileSync('src/contract/customer-action.schema.json', 'utf8')) as object
const validate = new Ajv({ formats: { 'date-time': (text: string) => !isNaN(Date.parse(text)) } }).compile(schema)

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
  vi.unstubAllEnvs()
})

const serve = async (listener: RequestListener) => {
  const server = createServer(listener)
  closing.push(() => server.close())
  await new Promise<void>((resolve) => server.listen(0, resolve))
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
}

test('a landing gets the cookie of its campaign, without a time', () => {
  expect(campaignCookie('/?utm_source=news&utm_medium=email&x=1', { domain: 'example.com', days: 90 })).toBe(
    'wasabi_utm=utm_source=news&utm_medium=email; Domain=example.com; Path=/; Max-Age=7776000; SameSite=Lax; Secure',
  )
  expect(campaignCookie(new URL('http://localhost/?utm_source=a%3Bb'))).toBe(
    'wasabi_utm=utm_source=a%3Bb; Path=/; Max-Age=7776000; SameSite=Lax',
  )
})

test.each([
  [{ cookies: undefined }, true],
  [{ cookies: null }, true],
  [{ cookies: 'a=b; wasabi_consent=granted' }, true],
  [{ cookies: 'a=b; wasabi_consent=denied' }, false],
  [{ cookies: 'wasabi_consent=granted; wasabi_consent=denied' }, false],
  [{ consent: 'required' }, false],
  [{ consent: 'required', cookies: 'a=b; xwasabi_consent=granted' }, false],
  [{ consent: 'required', cookies: 'a=b; wasabi_consent=granted' }, true],
  [{ consent: 'required', cookies: 'wasabi_consent=granted; wasabi_consent=denied' }, false],
  [{ attribution: 'first' }, true],
  [{ attribution: 'first', cookies: 'wasabi_utm=utm_source=old&t=1' }, false],
  [{ attribution: 'last', cookies: 'wasabi_utm=utm_source=old&t=1' }, true],
  [null as never, true],
] as const)('with %j a landing gets a cookie: %j', (options, isSet) => {
  expect(campaignCookie('/?utm_source=news', options) !== undefined).toBe(isSet)
})

test.each(['/', '/?utm_source=', 'https://example.com/?gclid=x', '', 'no address'])('%j is no landing', (url) => {
  expect(campaignCookie(url)).toBeUndefined()
})

test.each([
  [{ domain: 'example.com; Secure' }, /domain "example.com; Secure" is no domain/],
  [{ domain: 'https://example.com' }, /is no domain/],
  [{ domain: '' }, /is no domain/],
  [{ domain: null as never }, /domain "null" is no domain/],
  [{ cookies: { a: 'b' } as never }, /Pass the header unchanged, as request.headers.cookie/],
  [{ cookies: ['a=b'] as never }, /Pass the header unchanged/],
  [{ days: 0 }, /days "0"/],
  [{ days: 401 }, /days "401"/],
  [{ days: NaN }, /days "NaN"/],
  [{ consent: 'Required' as 'required' }, /consent "Required" does not exist. Use implied or required./],
  [{ attribution: 'First' as 'first' }, /attribution "First" does not exist. Use last or first./],
  [{ consent: Symbol('required') as never }, /consent "Symbol\(required\)" does not exist/],
  [
    { concent: 'required' } as never,
    /option "concent" does not exist. Use domain, days, cookies, consent, attribution/,
  ],
  [{ domain: Object.create(null) as never }, /domain "object" is no domain/],
])('options %j throw a sentence, on every address', (options, sentence) => {
  expect(() => campaignCookie('/', options)).toThrow(sentence)
})

test.each([
  [undefined, undefined],
  [null, undefined],
  ['', undefined],
  ['a=b; wasabi_utm=utm_source=news&t=1700000000; c=d', { utmSource: 'news' }],
  ['wasabi_utm=utm_source=old&t=1; wasabi_utm=utm_source=new&t=2', { utmSource: 'new' }],
  ['wasabi_utm=utm_source=script&t=9999999999; wasabi_utm=utm_source=server', { utmSource: 'server' }],
  ['wasabi_utm=utm_source=news; wasabi_consent=denied', undefined],
  ['xwasabi_utm=utm_source=news', undefined],
  // As in the script: the first of two without a time, and none with a damaged time.
  ['wasabi_utm=utm_source=one; wasabi_utm=utm_source=other', { utmSource: 'one' }],
  ['wasabi_utm=utm_source=one&t=1; wasabi_utm=utm_source=other&t=1', { utmSource: 'one' }],
  ['wasabi_utm=utm_source=damaged&t=yesterday; wasabi_utm=utm_source=news&t=1', { utmSource: 'news' }],
  ['wasabi_utm=utm_term=cats%2Bfood', { utmTerms: 'cats+food' }],
  // As Python writes it, and as PHP, Rails, ASP.NET and Express do.
  ['wasabi_utm="utm_source=news&utm_medium=email"', { utmSource: 'news', utmMedium: 'email' }],
  ['wasabi_utm=utm_source%3Dnews%26utm_term%3Dcats%252Bfood', { utmSource: 'news', utmTerms: 'cats+food' }],
])('of the header %j the campaign is %j', (header, campaign) => {
  expect(readCampaign(header)).toEqual(campaign)
})

test('an event has what is known, and is valid', () => {
  const event = customerAction('SIGN_UP', {
    interactionId: 7,
    customerId: '42',
    subscriptionContractId: '12345678',
    utmParameters: { utmSource: 'news', utmMedium: '' },
    createdAt: '2024-02-06T10:00:00Z',
  })
  expect(event.body).toEqual({
    interactionId: '7',
    customerId: '42',
    interaction: { type: 'SIGN_UP', subscriptionContractId: '12345678' },
    utmParameters: { utmSource: 'news' },
    createdAt: '2024-02-06T10:00:00Z',
    updatedAt: '2024-02-06T10:00:00Z',
  })
  expect(validate(event), JSON.stringify(validate.errors)).toBe(true)
  expect(validate(customerAction('SUBSCRIPTION_CANCELLED', { interactionId: 'a', customerId: 1 }))).toBe(true)
})

const RIGHT = { interactionId: 'order-1', customerId: '42' }

test.each([
  ['SIGNUP', RIGHT, /action "SIGNUP" does not exist. Use SIGN_UP, /],
  ['SIGN_UP', { ...RIGHT, interactionId: undefined }, /interactionId "undefined" is no id/],
  ['SIGN_UP', { ...RIGHT, customerId: '' }, /customerId "" is no id/],
  ['SIGN_UP', { ...RIGHT, customerId: 'a\0' }, /is no id/],
  ['SIGN_UP', { ...RIGHT, customerId: '\uD800' }, /is no id/],
  ['SIGN_UP', { ...RIGHT, subscriptionContractId: null }, /subscriptionContractId "null" is no id/],
  ['SIGN_UP', { ...RIGHT, customerId: 0 }, /customerId "0" is no id/],
  ['SIGN_UP', { ...RIGHT, createdAt: 'yesterday' }, /createdAt "yesterday" is no time/],
  ['SIGN_UP', { ...RIGHT, createdAt: null }, /createdAt "null" is no time/],
  ['SIGN_UP', { ...RIGHT, createdAt: true }, /createdAt "true" is no time/],
  ['SIGN_UP', { ...RIGHT, createdAt: '2024-02-30T10:00:00Z' }, /createdAt "2024-02-30T10:00:00Z" is no time/],
  ['SIGN_UP', { ...RIGHT, createdAt: new Date(NaN) }, /createdAt "Invalid Date" is no time/],
  ['SIGN_UP', { ...RIGHT, createdAt: 8.64e15 }, /createdAt "8640000000000000" is no time/],
  [
    'SIGN_UP',
    { ...RIGHT, utmParameters: { utm_source: 'news' } },
    /field of utmParameters "utm_source" does not exist. Use utmSource, /,
  ],
  ['SIGN_UP', { ...RIGHT, utmParameters: { utmSource: 7 } }, /utmSource "7" is no string/],
  [
    'SIGN_UP',
    { ...RIGHT, utmParametrs: { utmSource: 'news' } },
    /detail "utmParametrs" does not exist. Use inter.+, utm/,
  ],
  ['SIGN_UP', undefined, /interactionId "undefined" is no id/],
  ['SIGN_UP', null, /interactionId "undefined" is no id/],
])('%s of %j throws a sentence', (type, details, sentence) => {
  expect(() => customerAction(type as 'SIGN_UP', details as typeof RIGHT)).toThrow(sentence)
})

test.each([1_707_213_600_000n, Symbol('now'), Object.create(null), () => 1, [2024]])(
  'the time %s throws a sentence',
  (value) => {
    expect(() => customerAction('SIGN_UP', { ...RIGHT, createdAt: value as never })).toThrow(/^wasabi: .* is no time/)
  },
)

/** As `Temporal.Instant`: it is no number, and its text is RFC 3339. */
const instant = {
  valueOf: () => {
    throw new TypeError('no number')
  },
  toString: () => '2024-02-06T10:00:00Z',
}

test.each([
  '2024-02-06T10:00:00',
  '2024-02-06 10:00:00',
  '2024-02-06T11:00:00+01:00',
  1_707_213_600_000,
  new Date(1_707_213_600_000),
  instant as unknown as Date,
])('the time %j is the same wherever the server is', (createdAt) => {
  vi.stubEnv('TZ', 'Pacific/Auckland')
  expect(customerAction('SIGN_UP', { ...RIGHT, createdAt }).body.createdAt).toBe('2024-02-06T10:00:00Z')
})

test('a property that a package adds to every object is no campaign', () => {
  const prototype = Object.prototype as { more?: () => void }
  prototype.more = () => undefined
  closing.push(() => delete prototype.more)
  const utmParameters = { utmSource: 'news' }
  expect(customerAction('SIGN_UP', { ...RIGHT, utmParameters }).body.utmParameters).toEqual(utmParameters)
})

test('a landing at node:http gives the campaign back at the sign-up', async () => {
  const url = await serve((request, response) => {
    const cookie = campaignCookie(request.url ?? '/')
    if (cookie) response.setHeader('Set-Cookie', cookie)
    response.end(JSON.stringify(readCampaign(request.headers.cookie) ?? null))
  })
  const landing = await fetch(`${url}/?utm_source=news&utm_term=cats+food`)
  const [pair = ''] = (landing.headers.get('set-cookie') ?? '').split(';')
  const signUp = await fetch(`${url}/sign-up`, { headers: { cookie: pair } })
  expect(await signUp.json()).toEqual({ utmSource: 'news', utmTerms: 'cats+food' })
  expect((await fetch(url)).headers.get('set-cookie')).toBeNull()
})

test('a worker, which has neither Node nor a page, runs it', () => {
  const code = readFileSync('dist/server.cjs', 'utf8')
  const worker = createContext({ exports: {}, URLSearchParams })
  runInContext(code, worker)
  expect(runInContext("exports.campaignCookie('/?utm_source=news')", worker)).toMatch(/^wasabi_utm=utm_source=news;/)
  expect(runInContext("exports.customerAction('SIGN_UP', { interactionId: 1, customerId: 2 }).version", worker)).toBe(1)
})
