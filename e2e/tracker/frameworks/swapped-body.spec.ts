import { readFileSync } from 'node:fs'
import { expect, test } from '../../support/fixtures'
import { stepBack } from '../../support/steps'
import { COMPLAIN, STUB } from '../../support/site'
import { EXAMPLE } from './bundle'

const LIBRARIES = { turbo: '@hotwired/turbo/dist/turbo.es2017-umd.js', htmx: 'htmx.org/dist/htmx.js' } as const

const CALL = /wasabi\.track\(.*\)/

for (const [name, file] of Object.entries(LIBRARIES)) {
  test(
    `${name}: a thank-you page from history signs up once, and the landing's campaign outlives the swaps`,
    { tag: '@chromium' },
    async ({ tab, site, endpoint }) => {
      const recipe = readFileSync(`e2e/tracker/frameworks/${name}.html`, 'utf8')
        .replace(EXAMPLE, endpoint.url)
        .replace('<script>/* the stub */</script>', COMPLAIN + STUB)
      const put = (path: string, next: string, call: string | undefined) => {
        const body = `<h1>${path}</h1><a href="${next}">Next</a></body>`
        site.put(path, {
          html: `<!doctype html><html lang="en">${recipe.replace(CALL, (usual) => call ?? usual).replace('</body>', body)}`,
        })
      }
      put('/', '/thanks', '')
      put('/thanks', '/end', undefined)
      put('/end', '/', "wasabi.track('PROMOTION_APPLIED', { interactionId: 'sentinel' })")
      site.put(`/${name}.js`, {
        html: readFileSync(`node_modules/${file}`, 'utf8'),
        headers: { 'content-type': 'text/javascript' },
      })

      const shows = (path: string) =>
        expect.poll(() => tab.evaluate(() => document.querySelector('h1')?.textContent)).toBe(path)
      const next = () => tab.evaluate(() => document.querySelector('a')?.click())

      await tab.goto(site.url('/?utm_source=swapped'))
      await tab.evaluate(() => void Object.assign(window, { first: true }))
      await next()
      await shows('/thanks')
      await endpoint.holds(1)
      await stepBack(tab)
      await shows('/')
      await tab.evaluate(() => void history.forward())
      await shows('/thanks')
      await next()
      await shows('/end')

      const events = await endpoint.holds(2)
      expect(events.map(({ body }) => [body.interactionId, body.utmParameters?.utmSource])).toEqual([
        ['order-1', 'swapped'],
        ['sentinel', 'swapped'],
      ])
      expect(endpoint.arrivals).toHaveLength(2)
      expect(await tab.evaluate(() => 'first' in window)).toBe(true)
      expect(site.complaints).toEqual([])
    },
  )
}
