import { expect, test } from '../support/fixtures'
import { storedKeys, track } from '../support/steps'

/** A worker that invents an answer when the network has none: a page that works offline has such a worker. */
const MAKES_UP = `
  addEventListener('install', () => skipWaiting())
  addEventListener('activate', (event) => event.waitUntil(clients.claim()))
  addEventListener('fetch', (event) => event.respondWith(fetch(event.request).catch(() =>
    new Response('{}', { headers: { 'content-type': 'application/json' } }))))`

test(
  'an answer that a service worker makes up while offline is no receipt: the event is kept',
  { tag: '@chromium' },
  async ({ tab, context, site, endpoint, wasabi }) => {
    site.put('/worker.js', { html: MAKES_UP, headers: { 'content-type': 'text/javascript' } })
    const listen = '<script>lines = []; console.log = (...words) => lines.push(words.join(" "))</script>'
    site.put('/', listen + wasabi({ debug: '' }))
    await tab.goto(site.url('/'))
    await tab.evaluate(async () => {
      const claimed = new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve))
      await navigator.serviceWorker.register('/worker.js')
      await claimed
    })
    await context.setOffline(true)
    await track(tab, 'SIGN_UP', { interactionId: 'offline' })
    // The test ends here: an event that arrives after the browser is online again would show nothing of this.
    await expect
      .poll(() => tab.evaluate(() => (Reflect.get(window, 'lines') as readonly string[]).join()))
      .toContain('retry 200')
    expect(await storedKeys(tab)).toContain('wasabi.C.offline')
    expect(endpoint.arrivals).toEqual([])
  },
)
