import { expect, test } from '../support/fixtures'
import { page } from '../support/site'
import { arriveAt, delivered, stepBack, track } from '../support/steps'

/** Lists the names of all listeners, before any script can add one. */
const LISTENED = `<script>
  window.listened = []
  for (const target of [EventTarget.prototype, window]) {
    const real = target.addEventListener
    target.addEventListener = function (name, ...rest) { listened.push(name); return real.call(this, name, ...rest) }
  }
</script>`

test(
  'nothing listens to what would keep a page out of the back/forward cache, nor sets a handler',
  { tag: '@chromium' },
  async ({ tab, site, endpoint, wasabi }) => {
    site.put('/', { html: LISTENED + page(wasabi()) })
    await tab.goto(site.url('/?utm_source=x'))
    endpoint.weather({ status: 503 })
    await track(tab)
    await endpoint.arrived(1)
    const listened = await tab.evaluate(() => Reflect.get(window, 'listened') as readonly string[])
    expect(listened).toContain('pagehide')
    expect(listened.filter((name) => /unload/.test(name))).toEqual([])
    expect(await tab.evaluate(() => [window.onunload, window.onbeforeunload, window.onerror])).toEqual([
      null,
      null,
      null,
    ])
  },
)

test(
  'a step back brings the page out of the back/forward cache, with its tracker and one more action',
  { tag: '@bfcache' },
  async ({ tab, site, endpoint, wasabi }) => {
    site.put(
      '/',
      `${wasabi()}<script>addEventListener('pageshow', ({ persisted }) => (window.restored = persisted))</script>`,
    )
    site.put('/next', '<script>window.wasabi = { ready: true }</script>')
    await tab.goto(site.url('/'))
    await track(tab, 'SIGN_UP', { interactionId: 'before' })
    await endpoint.holds(1)
    await delivered(tab)
    await tab.goto(site.url('/next'))
    await stepBack(tab)
    await arriveAt(tab, '/')
    expect(await tab.evaluate(() => Reflect.get(window, 'restored') as boolean)).toBe(true)
    await track(tab, 'SIGN_UP', { interactionId: 'after' })
    const events = await endpoint.holds(2)
    expect(events.map(({ body }) => body.interactionId)).toEqual(['before', 'after'])
    expect(endpoint.arrivals).toHaveLength(2)
  },
)
