import { expect, test } from '../support/fixtures'
import { COMPLAIN, hostOf, STUB } from '../support/site'
import { consent, delivered, follow, identify, track } from '../support/steps'
import { bundle } from './frameworks/bundle'

/** An old library, as the script of a page. */
const library = async (name: string) => `<script>${await bundle(`import '${name}'`)}</script>`

const script = (code: string) => Promise.resolve(`<script>${code}</script>`)

/** The content of a page before the stub: a library, a variable or an element that nobody expects. */
const PAGES: Readonly<Record<string, () => Promise<string>>> = {
  'nothing of its own': () => Promise.resolve(''),
  // Prototype's own code, from its port to Node. No package has the file for browsers.
  'Prototype, whose map and filter have no third argument': () => library('prototype'),
  'Datejs, whose Date.parse gives a Date': () => library('datejs'),
  'a Date.now that gives a Date, as in libraries for dates': () => script('Date.now = () => new Date()'),
  // MooTools itself is no dependency: each version in the registry has a published vulnerability.
  'an Array.from that does not read iterables, as in MooTools, and more on the prototype of arrays': () =>
    script(`Array.from = (item) =>
        item == null ? [] : typeof item === 'object' && 'length' in item ? [].slice.call(item) : [item]
      Array.prototype.each = Array.prototype.forEach`),
  'more on the prototype of objects': () => script('Object.prototype.more = function () { return this }'),
  'a variable with the name of the Navigation API': () => script('var navigation = { open: true }'),
  'an element with the name of the Navigation API, in a browser that has none': async () =>
    (await script('delete window.navigation')) + '<nav id="navigation"></nav>',
  'a URL of its own': () => script('var URL = function () { this.host = "shop" }'),
  'a Map and a Set of its own': () =>
    script(`var Real = Map, Set = function () {}
      Map = function () { var real = new Real(); this.get = (key) => real.get(key); this.set = (key, value) => real.set(key, value) }`),
  'a Symbol without its registry': () => script('delete Symbol.for'),
  'a performance of its own': () => script('Object.defineProperty(window, "performance", { value: { score: 1 } })'),
  'an element with the name of the running script': () => Promise.resolve('<img name="currentScript" alt="">'),
  'elements with the names of what the document has': () =>
    Promise.resolve(
      ['prerendering', 'addEventListener', 'referrer', 'visibilityState']
        .map((name) => `<img name="${name}" alt="">`)
        .join(''),
    ),
  'a storage that parses what it reads': () =>
    script(`const { getItem } = Storage.prototype
      Storage.prototype.getItem = function (key) {
        const text = getItem.call(this, key)
        try { return JSON.parse(text) } catch { return text }
      }`),
  'a Promise without race': () => script('delete Promise.race'),
  'a crypto of its own': () => script('const crypto = undefined'),
  'an element with the name of wasabi': () => Promise.resolve('<div id="wasabi"></div>'),
}

test(
  'event, campaign, correction and refusal work beside old libraries, variables and elements',
  { tag: '@chromium' },
  async ({ tab, site, endpoint, wasabi }) => {
    const stored = async (id: string) =>
      (await endpoint.stored()).map(({ body }) => body).filter(({ interactionId }) => interactionId === id)
    for (const [index, [what, write]] of Object.entries(PAGES).entries())
      await test.step(what, async () => {
        const [host, held, refused, after] = [hostOf(index), `held ${index}`, `refused ${index}`, `after ${index}`]
        const html = `<!doctype html><title>Guest</title>${COMPLAIN}${await write()}${STUB}${wasabi({ consent: 'required' })}`
        site.put('/', { html })
        await tab.goto(site.url('/?utm_source=guest', host))
        // The page that asks is not the landing: the tab's own trail contains it.
        await follow(tab, '/')
        await track(tab, 'SIGN_UP', { interactionId: held })
        // The first attempt fails, so the page has to read its stored event back for a retry.
        let attempts = 0
        endpoint.weather(() => (attempts++ ? 'up' : { status: 503 }))
        await consent(tab, true)
        await identify(tab, '42')
        await expect.poll(async () => (await stored(held)).length).toBe(2)
        const bodies = await stored(held)
        expect(bodies.map(({ utmParameters }) => utmParameters)).toEqual([
          { utmSource: 'guest' },
          { utmSource: 'guest' },
        ])
        expect(bodies.map(({ customerId }) => customerId)).toContain('42')
        await delivered(tab)

        await consent(tab, false)
        await tab.goto(site.url('/', host))
        await track(tab, 'SIGN_UP', { interactionId: refused })
        await consent(tab, true)
        await track(tab, 'SIGN_UP', { interactionId: after })
        await expect.poll(async () => (await stored(after)).length).toBe(1)
        expect(await stored(refused)).toEqual([])
        expect(site.complaints.filter((line) => !line.includes('answered 503'))).toEqual([])
      })
  },
)
