import { readFileSync } from 'node:fs'
import { expect, test } from '../support/fixtures'
import { hostOf, page, STUB } from '../support/site'
import { consent, track } from '../support/steps'

const SCRIPT = readFileSync('dist/wasabi.js', 'utf8')

/** Reports to the server what a policy forbids, by the name of the directive. */
const WATCH = `<script nonce="n">addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => navigator.sendBeacon('/complaints', violatedDirective + ' ' + blockedURI))</script>`

const nonced = (html: string) => html.replaceAll('<script', '<script nonce="n"')

const policy = (value: string) => ({ 'content-security-policy': value })

test(
  'a policy of nonces and strict-dynamic, with Trusted Types enforced, is violated by nothing',
  { tag: '@everywhere' },
  async ({ tab, site, endpoint, wasabi }) => {
    const { origin } = new URL(endpoint.url)
    const headers = policy(
      `default-src 'none'; img-src data:; script-src 'nonce-n' 'strict-dynamic'; connect-src 'self' ${origin}; require-trusted-types-for 'script'; trusted-types 'none'`,
    )
    site.put('/', { html: WATCH + nonced(page(wasabi())), headers })
    await tab.goto(site.url('/?utm_source=strict'))
    await track(tab)
    expect((await endpoint.holds(1))[0]?.body.utmParameters).toEqual({ utmSource: 'strict' })
    expect(site.complaints).toEqual([])
  },
)

test('a policy that allows no inline script needs no stub: the tag alone is enough', async ({
  tab,
  site,
  endpoint,
  wasabi,
}) => {
  const headers = policy(`default-src 'none'; script-src 'self'; connect-src ${new URL(endpoint.url).origin}`)
  site.put('/', { html: `<!doctype html><title>No inline</title>${wasabi()}`, headers })
  await tab.goto(site.url('/?utm_source=tag'))
  await track(tab)
  expect((await endpoint.holds(1))[0]?.body.utmParameters).toEqual({ utmSource: 'tag' })
})

test('a policy that forbids the endpoint is reported once, with what to check, and the page goes on', async ({
  tab,
  site,
  wasabi,
}) => {
  const headers = policy(`connect-src 'self'`)
  site.put('/', { html: page(wasabi()), headers })
  await tab.goto(site.url('/'))
  for (const id of ['a', 'b']) await track(tab, 'SIGN_UP', { interactionId: id })
  await expect.poll(() => site.complaints).toHaveLength(1)
  expect(site.complaints[0]).toMatch(/^wasabi: endpoint "http.*CSP/)
})

/** Tracks from inside a frame, and reports its complaints: a frame that may do nothing else can still send. */
const FRAMED = (url: string, id: string) =>
  `${STUB}<script data-endpoint="${url}">${SCRIPT}</script><script>wasabi.track('SIGN_UP', { interactionId: '${id}' })</script>`

const attribute = (html: string) => html.replaceAll('&', '&amp;').replaceAll('"', '&quot;')

/** Documents without an origin of their own: no cookies, no storage, no locks. */
const FRAMES: Readonly<Record<string, (html: string) => string>> = {
  'a frame that may only run scripts': (html) =>
    `<iframe sandbox="allow-scripts" srcdoc="${attribute(html)}"></iframe>`,
  'a sandboxed page of the site': () => '<iframe sandbox="allow-scripts" src="/framed?utm_source=frame"></iframe>',
  'a data: URL': (html) => `<iframe src="data:text/html,${encodeURIComponent(html)}"></iframe>`,
}

test(
  'a frame without an origin of its own sends all the same',
  { tag: '@everywhere' },
  async ({ tab, site, endpoint }) => {
    for (const [index, [name, frame]] of Object.entries(FRAMES).entries())
      await test.step(name, async () => {
        const framed = page(FRAMED(endpoint.url, name))
        site.put('/framed', { html: framed })
        site.put('/', frame(framed.replaceAll('/complaints', site.url('/complaints'))))
        await tab.goto(site.url('/'))
        const event = (await endpoint.holds(index + 1)).at(-1)
        expect(event?.body).toMatchObject({ interactionId: name })
        expect(event?.body.utmParameters).toEqual(name.includes('site') ? { utmSource: 'frame' } : undefined)
        expect(site.complaints).toEqual([])
      })
  },
)

test(
  'a frame of another site sends, and knows nothing of the page around it',
  { tag: '@everywhere' },
  async ({ tab, site, endpoint, wasabi }) => {
    site.put('/framed', `${wasabi()}<script>wasabi.track('SIGN_UP', { interactionId: 'framed' })</script>`)
    site.put('/', `<iframe src="${site.url('/framed', '127.0.0.1')}"></iframe>`)
    await tab.goto(site.url('/?utm_source=outside'))
    const [event] = await endpoint.holds(1)
    expect(event?.body.interactionId).toBe('framed')
    expect(event?.body.utmParameters).toBeUndefined()
    expect(site.complaints).toEqual([])
  },
)

/** Names on plain http are no secure context: they have no `randomUUID` and no locks. */
for (const host of ['intranet', 'www.shop.co.uk']) {
  test(`http://${host} has no randomUUID, and every action has an id of its own`, async ({
    tab,
    site,
    endpoint,
    wasabi,
  }) => {
    site.put('/', `<script>window.early = wasabi.track('SIGN_UP')</script>${wasabi()}`)
    await tab.goto(site.url('/', host))
    expect(await tab.evaluate(() => isSecureContext || 'randomUUID' in crypto || 'locks' in navigator)).toBe(false)
    const ids = [await tab.evaluate(() => Reflect.get(window, 'early') as string), await track(tab), await track(tab)]
    const events = await endpoint.holds(3)
    expect(events.map(({ body }) => body.interactionId).sort()).toEqual([...ids].sort())
    expect(new Set(ids).size).toBe(3)
    for (const id of ids) expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-[47][\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
  })
}

/** Changes of the platform by pages and extensions, before the stub. Old libraries are in guest-pages.spec.ts. */
const HOSTILE: Readonly<Record<string, string>> = {
  'a localStorage that throws': `Object.defineProperty(window, 'localStorage', { get() { throw new Error('no storage') } })`,
  'no localStorage at all': `Object.defineProperty(window, 'localStorage', { value: undefined })`,
  'a full localStorage': `Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }`,
  'cookies that throw': `Object.defineProperty(document, 'cookie', { get() { throw new Error('no cookies') }, set() { throw new Error('no cookies') } })`,
  'arrays and strings with a toJSON of an old library': `Array.prototype.toJSON = String.prototype.toJSON = function () { return Array.isArray(this) ? '[]' : String(this) }`,
  'frozen built-ins': `for (const name of Object.getOwnPropertyNames(window)) if (/^[A-Z]/.test(name) && window[name]) { Object.freeze(window[name]); Object.freeze(window[name].prototype) }`,
  'a fetch that someone wraps': `{ const real = fetch; window.fetch = (...given) => real(...given).then((answer) => answer) }`,
  'a random source that throws': `crypto.randomUUID = () => { throw new Error('no randomness') }`,
  'no navigation timing, locks or timeouts': `performance.getEntriesByType = () => []; Object.defineProperty(navigator, 'locks', { value: undefined }); AbortSignal.timeout = undefined`,
  'elements that have our names': `document.write('<p id="wasabi"></p><img name="currentScript"><form name="cookie"></form>')`,
  'a silent console': `for (const name of Object.keys(console)) console[name] = () => {}`,
}

test(
  'an action arrives unchanged though a page or an extension changes the platform',
  { tag: '@chromium' },
  async ({ tab, site, endpoint, wasabi }) => {
    for (const [index, [what, code]] of Object.entries(HOSTILE).entries())
      await test.step(what, async () => {
        site.put('/', { html: `<script>${code}</script>${page(wasabi())}` })
        await tab.goto(site.url(`/?utm_source=hostile-${index}`, hostOf(index)))
        await track(tab, 'SIGN_UP', { interactionId: what, customerId: 'c' })
        expect((await endpoint.holds(index + 1)).at(-1)?.body).toMatchObject({
          interactionId: what,
          customerId: 'c',
          utmParameters: { utmSource: `hostile-${index}` },
        })
        expect(site.complaints.filter((text) => text.startsWith('thrown'))).toEqual([])
      })
  },
)

test(
  'a fetch that is no fetch is called once a page and reported as such, and the next page delivers',
  { tag: '@chromium' },
  async ({ tab, site, endpoint, wasabi }) => {
    site.put('/', {
      html: `<script>window.asked = []; function fetch(id) { asked.push(id) }</script>${page(wasabi({ consent: 'required' }))}`,
    })
    site.put('/next', wasabi())
    await tab.goto(site.url('/?utm_source=own'))
    for (const interactionId of ['a', 'b']) await track(tab, 'SIGN_UP', { interactionId })
    await consent(tab, true)
    await expect
      .poll(() => site.complaints)
      .toEqual([expect.stringMatching(/^wasabi: endpoint ".*" answered nothing readable; kept.*own fetch/)])
    expect(await tab.evaluate(() => Reflect.get(window, 'asked') as readonly string[])).toEqual([endpoint.url])
    await tab.goto(site.url('/next'))
    expect((await endpoint.holds(2)).map(({ body }) => body.utmParameters)).toEqual([
      { utmSource: 'own' },
      { utmSource: 'own' },
    ])
  },
)

test(
  'a fetch that someone wraps, and that hides failures, is asked again',
  { tag: '@chromium' },
  async ({ tab, site, endpoint, wasabi }) => {
    const hiding = `{ const real = fetch; window.fetch = (...given) => real(...given).catch(() => undefined) }`
    site.put('/', { html: `<script>${hiding}</script>${page(wasabi())}` })
    await tab.goto(site.url('/'))
    await endpoint.goAway()
    await track(tab, 'SIGN_UP', { interactionId: 'later' })
    await expect
      .poll(() => site.complaints)
      .toEqual([expect.stringMatching(/answered nothing readable; kept.*own fetch/)])
    await endpoint.comeBack()
    expect((await endpoint.holds(1))[0]?.body.interactionId).toBe('later')
  },
)

test(
  'with a fetch that throws nothing reaches the page, and the next page delivers',
  { tag: '@chromium' },
  async ({ tab, site, endpoint, wasabi }) => {
    site.put('/', {
      html: `<script>window.fetch = () => { throw new TypeError('not here') }</script>${page(wasabi())}`,
    })
    site.put('/next', wasabi())
    await tab.goto(site.url('/'))
    expect(await track(tab, 'SIGN_UP', { interactionId: 'late' })).toBe('late')
    await tab.goto(site.url('/next'))
    expect((await endpoint.holds(1))[0]?.body.interactionId).toBe('late')
    expect(site.complaints.filter((text) => text.startsWith('thrown'))).toEqual([])
  },
)

test(
  'a page that a service worker serves is a page like any other',
  { tag: '@everywhere' },
  async ({ tab, site, endpoint, wasabi }) => {
    site.put('/worker.js', {
      html: `addEventListener('install', () => skipWaiting()); addEventListener('activate', (event) => event.waitUntil(clients.claim())); addEventListener('fetch', (event) => event.respondWith(fetch(event.request)))`,
      headers: { 'content-type': 'text/javascript' },
    })
    site.put('/', wasabi())
    await tab.goto(site.url('/'))
    await tab.evaluate(async () => {
      const claimed = new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve))
      await navigator.serviceWorker.register('/worker.js')
      await claimed
    })
    await tab.goto(site.url('/?utm_source=worker'))
    expect(await tab.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true)
    await tab.evaluate(() => {
      window.wasabi?.track('SIGN_UP', { interactionId: 'served' })
      location.href = '/?gone'
    })
    expect((await endpoint.holds(1))[0]?.body).toMatchObject({
      interactionId: 'served',
      utmParameters: { utmSource: 'worker' },
    })
    // Perhaps two requests: the next page may not know yet that the endpoint has the event.
    expect([
      ...new Set(endpoint.arrivals.map(({ method, headers }) => `${method} ${String(headers['content-type'])}`)),
    ]).toEqual(['POST text/plain;charset=UTF-8'])
  },
)
