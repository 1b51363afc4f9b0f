import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from '../../support/fixtures'
import { delivered, track } from '../../support/steps'
import { bundle } from './bundle'

test(
  'React: a page rendered on a server and hydrated in StrictMode runs its effect twice, and signs up once',
  { tag: '@chromium' },
  async ({ tab, site, endpoint, wasabi }) => {
    const rendered = execFileSync(process.execPath, ['e2e/tracker/frameworks/react-server.js'], {
      encoding: 'utf8',
    }).trim()
    expect(rendered).toBe('<button>Thank you 0</button>')
    site.put('/app.js', {
      html: await bundle(readFileSync('e2e/tracker/frameworks/react-client.js', 'utf8'), endpoint.url),
      headers: { 'content-type': 'text/javascript' },
    })
    site.put('/', `<main>${rendered}</main><script type="module" src="/app.js"></script>`)
    await tab.goto(site.url('/?utm_source=react'))
    await endpoint.holds(1)
    await tab.evaluate(() => document.querySelector('button')?.click())
    await expect.poll(() => tab.evaluate(() => document.querySelector('button')?.textContent)).toBe('Thank you 1')
    expect(await tab.evaluate(() => Reflect.get(window, 'effects') as number)).toBe(2)
    // The next page would send an event that this page does not yet know to be stored.
    await delivered(tab)

    // The sentinel, from a page of its own: everything that the first page sent has arrived before it.
    site.put('/next', wasabi())
    await tab.goto(site.url('/next'))
    await track(tab, 'SIGN_UP', { interactionId: 'sentinel' })
    const events = await endpoint.holds(2)
    expect(events[0]?.body).toMatchObject({
      interactionId: 'order-1',
      customerId: 'customer-1',
      utmParameters: { utmSource: 'react' },
    })
    expect(endpoint.arrivals).toHaveLength(2)
    expect(site.complaints).toEqual([])
  },
)
