import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { orEnded, startChild } from '../support/child'
import { findEngines } from '../support/engines.mjs'
import { expect, test } from '../support/fixtures'
import { page } from '../support/site'

/**
 * A browser without a driver: Chromium does not prerender with a debugger attached. It opens one address, and the
 * page does the rest.
 */
const visit = async (url: string) => {
  const chromium = findEngines().find(({ name }) => name === 'chromium')
  const profile = await mkdtemp(join(tmpdir(), 'wasabi-'))
  const { ended, stop } = startChild(chromium?.path ?? '', [
    ...(chromium?.launchOptions.args ?? []),
    `--user-data-dir=${profile}`,
    '--headless=new',
    '--no-sandbox',
    '--no-first-run',
    url,
  ])
  return {
    ended,
    async close() {
      await stop()
      await rm(profile, { recursive: true, maxRetries: 5 })
    },
  }
}

/** Navigates once the test has seen that the next page was prerendered. */
const goTo = (address: string) => `<script>
  const look = async () => (await fetch('/go')).ok ? (location.href = '${address}') : look()
  look()
</script>`

const prerender = (rule: object) =>
  `<script type="speculationrules">${JSON.stringify({ prerender: [{ eagerness: 'immediate', ...rule }] })}</script>`

/** Shows the prerendered page under another address, as a link with a campaign does. */
const FIRST =
  prerender({ urls: ['/next?utm_source=speculated'], expects_no_vary_search: 'params=("utm_source")' }) +
  goTo('/next?utm_source=shown')

/**
 * Tracks at once, and reports to the server what is stored by then. Requests that it has sent before have arrived
 * before.
 */
const next = (tag: string, endpoint: string) => `${tag}<script>
  const state = document.prerendering ? 'prerendered' : 'shown only'
  wasabi.track('SIGN_UP', { interactionId: 'asked early' })
  fetch('${endpoint}', { mode: 'no-cors' }).then(() => navigator.sendBeacon('/complaints', [state, document.cookie, ...Object.keys(localStorage)].join()))
</script>`

test(
  'a prerendered page stores and sends nothing until it is shown, and then counts as the address that it has become',
  { tag: '@chromium' },
  async ({ site, endpoint, wasabi }) => {
    site.put('/', FIRST)
    site.put('/next', {
      html: page(next(wasabi().replace('async ', ''), endpoint.url)),
      headers: { 'no-vary-search': 'params=("utm_source")' },
    })
    const browser = await visit(site.url('/'))
    try {
      await orEnded(expect.poll(() => site.complaints).toEqual(['prerendered,']), browser.ended)
      expect(endpoint.arrivals.map(({ method }) => method)).toEqual(['GET'])
      site.put('/go', 'now')
      const [event] = await orEnded(endpoint.holds(1), browser.ended)
      expect(event?.body).toMatchObject({ interactionId: 'asked early', utmParameters: { utmSource: 'shown' } })
    } finally {
      await browser.close()
    }
  },
)

test(
  'a prerendered page keeps the campaign in its fragment, as does the entry of its navigation',
  { tag: '@chromium' },
  async ({ site, endpoint, wasabi }) => {
    const entry = `<script>
      document.addEventListener('prerenderingchange', () => {
        const [{ name }] = performance.getEntriesByType('navigation')
        navigator.sendBeacon('/complaints', ['entry', new URL(name).hash, location.hash].join())
      })
    </script>`
    site.put('/', prerender({ urls: ['/next#utm_source=shown'] }) + goTo('/next#utm_source=shown'))
    site.put('/next', { html: page(next(wasabi().replace('async ', ''), endpoint.url) + entry) })
    const browser = await visit(site.url('/'))
    try {
      await orEnded(expect.poll(() => site.complaints).toEqual(['prerendered,']), browser.ended)
      site.put('/go', 'now')
      const [event] = await orEnded(endpoint.holds(1), browser.ended)
      expect(event?.body.utmParameters).toEqual({ utmSource: 'shown' })
      await expect.poll(() => site.complaints).toContain('entry,#utm_source=shown,#utm_source=shown')
    } finally {
      await browser.close()
    }
  },
)
