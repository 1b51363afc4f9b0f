import { expect, test } from '../support/fixtures'

const HOUR = 3_600_000

// The clock of the pages is under control (Playwright's own does it in Chromium for every page of a profile at once).
test(
  'after a night without an endpoint 500 events of four tabs arrive, slowly and once',
  { tag: '@chromium' },
  async ({ context, site, endpoint, wasabi }) => {
    test.slow()
    site.put('/', wasabi())
    await context.clock.install()
    const pages = []
    for (let index = 0; index < 4; index++) {
      const page = await context.newPage()
      await page.goto(site.url('/'))
      pages.push(page)
    }
    await endpoint.goAway()
    for (const [index, page] of pages.entries()) {
      await page.evaluate(
        ([tab, url]) => {
          for (let count = 0; count < 125; count++)
            window.wasabi?.track('SIGN_UP', { interactionId: `${tab}-${count}` })
          // Refused after all the others: no first attempt is under way any more when the endpoint comes back.
          return fetch(url, { method: 'POST', keepalive: true }).catch(() => undefined)
        },
        [index, endpoint.url] as const,
      )
    }
    // From here on the pages' time goes on only by the test's word.
    await context.clock.pauseAt(Date.now() + 8 * HOUR)
    await endpoint.comeBack()

    const stored = async () => (await endpoint.stored()).length
    let seconds = 0
    for (; (await stored()) < 500; seconds++) {
      const before = endpoint.arrivals.length
      // A second of the pages' time, in steps that let an answer come in between.
      for (let step = 0; step < 4; step++) {
        await context.clock.runFor(250)
        await pages[0]?.evaluate(() => fetch('/').then((answer) => answer.text()))
      }
      // One more than four: a request that was under way at the turn of the second.
      expect(endpoint.arrivals.length - before).toBeLessThanOrEqual(5)
    }
    const ids = (await endpoint.stored()).map(({ body }) => body.interactionId)
    expect(new Set(ids).size).toBe(500)
    expect(endpoint.arrivals.length).toBeLessThanOrEqual(550)
    expect(endpoint.arrivals.length / seconds).toBeLessThanOrEqual(4.1)
    console.log(`500 events, ${endpoint.arrivals.length} requests, ${seconds} seconds of the pages' time`)
  },
)
