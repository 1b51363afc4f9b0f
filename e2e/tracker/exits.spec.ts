import { expect, test } from '../support/fixtures'
import { answered, arriveAt, delivered, stepBack, track } from '../support/steps'

const idsOf = (events: readonly { readonly body: { readonly interactionId: string } }[]) =>
  events.map(({ body }) => body.interactionId).sort()

// Only Chromium's own protocol can kill a renderer.
test(
  'an event survives the death of its renderer',
  { tag: '@chromium' },
  async ({ page, newTab, context, site, endpoint, wasabi }) => {
    site.put('/', wasabi())
    await endpoint.goAway()
    await page.goto(site.url('/'))
    await page.evaluate(() => window.wasabi?.track('SIGN_UP', { interactionId: 'a' }))
    const devtools = await context.newCDPSession(page)
    const crashed = page.waitForEvent('crash')
    void devtools.send('Page.crash').catch(() => undefined)
    await crashed
    await endpoint.comeBack()
    const later = await newTab()
    await later.goto(site.url('/'))
    expect(idsOf(await endpoint.holds(1))).toEqual(['a'])
  },
)

// Other drivers disable the back/forward cache, or cannot report its use.
test(
  'a page that is restored from the back/forward cache sends the events that are left, once',
  { tag: ['@chromium', '@bfcache'] },
  async ({ tab, site, endpoint, wasabi }) => {
    // The page's timers wait until it is restored: a later attempt that asks for the lock just as the page is left
    // would keep it out of the cache.
    const timersWait = `<script>(() => {
      const real = window.setTimeout
      const waiting = []
      window.setTimeout = (run) => waiting.push(run)
      addEventListener('pageshow', ({ persisted }) => {
        window.persisted = persisted
        if (!persisted) return
        window.setTimeout = real
        for (const run of waiting) real(run)
      })
    })()</script>`
    site.put('/', timersWait + wasabi())
    site.put('/next', 'no script here')
    await tab.goto(site.url('/'))
    endpoint.weather({ status: 503 })
    await track(tab, 'SIGN_UP', { interactionId: 'a' })
    await answered(tab, 1)
    await tab.goto(site.url('/next'))
    endpoint.weather('up')
    await stepBack(tab)
    await arriveAt(tab, '/')
    expect(await tab.evaluate(() => (window as { persisted?: boolean }).persisted)).toBe(true)
    expect(idsOf(await endpoint.holds(1))).toEqual(['a'])
  },
)

// Firefox 153 keeps no such page, with the lock or without.
test(
  'a page that is left while it catches up goes into the back/forward cache, without the lock',
  { tag: ['@chromium', '@bfcache'] },
  async ({ tab, newTab, site, endpoint, wasabi }) => {
    site.put(
      '/',
      `${wasabi()}<script>addEventListener('pageshow', ({ persisted }) => { window.persisted = persisted })</script>`,
    )
    site.put('/next', '<script>window.wasabi = { ready: true }</script>')
    await tab.goto(site.url('/'))
    endpoint.weather({ status: 503 })
    const ids = ['a', 'b', 'c', 'd', 'e', 'f']
    for (const interactionId of ids) await track(tab, 'SIGN_UP', { interactionId })
    await answered(tab, 6)
    endpoint.weather('up')
    await endpoint.holds(1)
    await tab.goto(site.url('/next'))
    const other = await newTab()
    await other.goto(site.url('/'))
    expect(idsOf(await endpoint.holds(6))).toEqual(ids)
    await stepBack(tab)
    await arriveAt(tab, '/')
    expect(await tab.evaluate(() => (window as { persisted?: boolean }).persisted)).toBe(true)
  },
)

// No other driver can take a page offline.
test(
  'offline and back: what was recorded meanwhile arrives once',
  { tag: '@chromium' },
  async ({ page, context, site, endpoint, wasabi }) => {
    site.put('/', wasabi())
    await page.goto(site.url('/'))
    await context.setOffline(true)
    await page.evaluate(() => {
      for (const id of ['a', 'b', 'c']) window.wasabi?.track('SIGN_UP', { interactionId: id })
    })
    // Refused after the three, which have failed before the page is online again.
    await page.evaluate((url) => fetch(url, { method: 'POST', keepalive: true }).catch(() => undefined), endpoint.url)
    await context.setOffline(false)
    expect(idsOf(await endpoint.holds(3))).toEqual(['a', 'b', 'c'])
    expect(site.complaints).toEqual([])
  },
)

test(
  'four tabs and an endpoint that comes back: every event once, and hardly a request too many',
  { tag: '@everywhere' },
  async ({ tab, newTab, site, endpoint, wasabi }) => {
    site.put('/', wasabi())
    const tabs = [tab, await newTab(), await newTab(), await newTab()]
    for (const each of tabs) await each.goto(site.url('/', 'localhost'))
    await endpoint.goAway()
    const tracked: string[] = []
    for (const [index, each] of tabs.entries())
      for (const name of ['a', 'b']) tracked.push(await track(each, 'SIGN_UP', { interactionId: `${name}${index}` }))
    await endpoint.comeBack()
    expect(idsOf(await endpoint.holds(8))).toEqual(tracked.sort())
    await delivered(tab)
    expect(endpoint.arrivals.length).toBeLessThanOrEqual(9)
  },
)

for (const [what, html, setUp] of [
  ['a sandboxed frame', (tag: string) => tag, ''],
  [
    'cookies and storage that throw',
    (tag: string) => tag,
    `for (const [on, name] of [[window, 'localStorage'], [Document.prototype, 'cookie']]) Object.defineProperty(on, name, { get() { throw new DOMException('no', 'SecurityError') }, set() { throw new DOMException('no', 'SecurityError') } })`,
  ],
] as const) {
  // The page itself makes cookies and storage throw, in any engine alike. A sandbox is the engine's.
  test(
    `in ${what} memory does for the page's life, and nothing is thrown`,
    { tag: setUp ? [] : '@everywhere' },
    async ({ tab, site, endpoint, wasabi }) => {
      const act = `<script>
      const act = () => {
        wasabi.track('SIGN_UP', { interactionId: 'a' })
        wasabi.update('a', { subscriptionContractId: 's' })
        wasabi.identify('42')
        wasabi.track('PROMOTION_APPLIED', { interactionId: 'b' })
      }
      addEventListener('load', act)
    </script>`
      site.put('/inside', `<script>${setUp}</script>${html(wasabi())}${act}`)
      site.put('/', setUp ? 'nothing' : '<iframe sandbox="allow-scripts" src="/inside?utm_source=frame"></iframe>')
      let refusals = 2
      endpoint.weather(() => (refusals-- > 0 ? { status: 503 } : 'up'))
      await tab.goto(site.url(setUp ? '/inside?utm_source=frame' : '/'))
      const events = await endpoint.holds(4)
      const bodies = events.map(
        ({ eventAction, body }) =>
          `${eventAction} ${body.interactionId} ${body.customerId.slice(0, 8)} ${body.utmParameters?.utmSource ?? ''}`,
      )
      expect(bodies.sort()).toEqual([
        'CREATED a visitor- frame',
        'CREATED b 42 frame',
        'UPDATED a 42 frame',
        'UPDATED a visitor- frame',
      ])
      expect(site.complaints.filter((text) => text.startsWith('thrown'))).toEqual([])
    },
  )
}

test(
  'with the endpoint down and nothing stored a page that closes loses its event, which the README says',
  { tag: '@everywhere' },
  async ({ tab, newTab, site, endpoint, wasabi }) => {
    const page = (options = {}) =>
      `<script>Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError') } })</script>${wasabi(options)}`
    site.put('/', page())
    site.put('/later', page({ endpoint: `${endpoint.url}?later` }))
    // A closing page makes one more attempt: the endpoint stays down for it, even if it arrives late.
    const fromLater = ({ url }: { readonly url: string }) => url.endsWith('?later')
    endpoint.weather((arrival) => (fromLater(arrival) ? 'up' : { status: 503 }))
    await tab.goto(site.url('/'))
    await track(tab, 'SIGN_UP', { interactionId: 'lost' })
    await endpoint.arrived(1)
    await tab.close()
    const later = await newTab()
    await later.goto(site.url('/later'))
    await track(later, 'SIGN_UP', { interactionId: 'sentinel' })
    expect(idsOf(await endpoint.holds(1))).toEqual(['sentinel'])
    expect(endpoint.arrivals.filter(fromLater)).toHaveLength(1)
  },
)
