import { expect, test } from '../support/fixtures'
import { page } from '../support/site'
import { consent, delivered, track } from '../support/steps'

const campaignsOf = (events: readonly { readonly body: { readonly utmParameters?: object | undefined } }[]) =>
  events.map(({ body }) => body.utmParameters)

test(
  'a router that replaces the address before the script runs does not take the campaign away',
  { tag: '@everywhere' },
  async ({ tab, site, endpoint, wasabi }) => {
    site.put('/', { html: `<script>history.replaceState(null, '', '/home')</script>${wasabi()}` })
    await tab.goto(site.url('/?utm_source=news&b=1#frag'))
    await track(tab, 'SIGN_UP', { interactionId: 'a' })
    expect(campaignsOf(await endpoint.holds(1))).toEqual([{ utmSource: 'news' }])
  },
)

test('a landing that reloads itself before the script has run is a visit', async ({ tab, site, endpoint, wasabi }) => {
  site.put('/a', wasabi())
  const once = `if (!sessionStorage.getItem('once')) { sessionStorage.setItem('once', '1'); location.reload() }`
  site.put('/b', { html: `<script>${once}</script>${page(wasabi())}` })
  await tab.goto(site.url('/a?utm_source=old'))
  await expect.poll(() => tab.evaluate(() => document.cookie)).toContain('old')
  await tab.goto(site.url('/b?utm_source=new'))
  await expect.poll(() => tab.evaluate(() => document.cookie)).toContain('new')
  await track(tab, 'SIGN_UP', { interactionId: 'a' })
  expect(campaignsOf(await endpoint.holds(1))).toEqual([{ utmSource: 'new' }])
})

test('a cookie setter that is blocked until the answer is tried again', async ({ tab, site, endpoint, wasabi }) => {
  const blocked = `{ const own = Object.getOwnPropertyDescriptor(Document.prototype, 'cookie')
    Object.defineProperty(document, 'cookie', { configurable: true, get: () => own.get.call(document), set() {} })
    window.allow = () => Reflect.deleteProperty(document, 'cookie') }`
  site.put('/', { html: `<script>${blocked}</script>${page(wasabi())}` })
  site.put('/next', wasabi())
  await tab.goto(site.url('/?utm_source=news'))
  await track(tab, 'SIGN_UP', { interactionId: 'a' })
  await tab.evaluate(() => (window as { allow?: () => void }).allow?.())
  await consent(tab, true)
  await tab.goto(site.url('/next'))
  await track(tab, 'SIGN_UP', { interactionId: 'b' })
  expect(campaignsOf(await endpoint.holds(2))).toEqual([{ utmSource: 'news' }, { utmSource: 'news' }])
})

test('a refusal outlives the page, whatever the page has added to every object', async ({
  tab,
  site,
  endpoint,
  wasabi,
}) => {
  const additions = '<script>Object.prototype.extra = function () {}</script>'
  site.put('/', { html: additions + page(wasabi()) })
  site.put('/next', { html: additions + page(wasabi()) })
  await tab.goto(site.url('/?utm_source=news'))
  await consent(tab, false)
  await tab.goto(site.url('/next'))
  await track(tab, 'SIGN_UP', { interactionId: 'refused' })
  expect(await tab.evaluate(() => document.cookie)).toBe('wasabi_consent=denied')
  await consent(tab, true)
  await track(tab, 'SIGN_UP', { interactionId: 'sentinel' })
  expect((await endpoint.holds(1)).map(({ body }) => body.interactionId)).toEqual(['sentinel'])
})

test('a refusal that no cookie takes is reported, and holds as long as the page does', async ({
  tab,
  site,
  endpoint,
  wasabi,
}) => {
  const refused = `Object.defineProperty(document, 'cookie', { get: () => '', set() {} })`
  site.put('/', { html: `<script>${refused}</script>${page(wasabi())}` })
  await tab.goto(site.url('/?utm_source=news'))
  await consent(tab, false)
  await track(tab, 'SIGN_UP', { interactionId: 'refused' })
  await expect.poll(() => site.complaints.join()).toContain('could not be stored')
  await consent(tab, true)
  await track(tab, 'SIGN_UP', { interactionId: 'sentinel' })
  expect((await endpoint.holds(1)).map(({ body }) => body.interactionId)).toEqual(['sentinel'])
})

test('an event is kept, whatever clock the page has put in place of its own', async ({
  tab,
  site,
  endpoint,
  wasabi,
}) => {
  site.put('/', { html: `<script>Date.now = () => new Date(); Date.parse = () => null</script>${page(wasabi())}` })
  endpoint.weather({ status: 503 })
  await tab.goto(site.url('/'))
  await track(tab, 'SIGN_UP', { interactionId: 'a' })
  await endpoint.arrived(2)
  endpoint.weather('up')
  await endpoint.holds(1)
  await delivered(tab)
})

test('a detail that does not exist is reported, and the action is sent without it', async ({
  tab,
  site,
  endpoint,
  wasabi,
}) => {
  site.put('/', wasabi())
  await tab.goto(site.url('/'))
  await tab.evaluate(() => window.wasabi?.track('SIGN_UP', { customerID: '42' } as object))
  const [event] = await endpoint.holds(1)
  expect(event?.body.customerId).toMatch(/^visitor-/)
  await expect.poll(() => site.complaints.join()).toContain('detail "customerID" does not exist')
})
