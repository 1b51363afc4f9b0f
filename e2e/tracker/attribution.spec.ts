import { expect, test } from '../support/fixtures'
import { arriveAt, attribution, cookies, nextSecond, stepBack, track } from '../support/steps'

const WWW = 'www.shop.co.uk'
const APP = 'app.shop.co.uk'

/** The campaign of the newest stored conversion. */
const source = (events: readonly { readonly body: { readonly utmParameters?: unknown } }[]) =>
  events.at(-1)?.body.utmParameters

test(
  'a campaign reaches a conversion in a new tab on another subdomain',
  { tag: '@everywhere' },
  async ({ tab, newTab, site, endpoint, wasabi }) => {
    site.put('/', wasabi())
    await tab.goto(site.url('/?utm_source=news&utm_medium=email', WWW))
    await tab.close()
    const other = await newTab()
    await other.goto(site.url('/', APP))
    await track(other)
    expect(source(await endpoint.holds(1))).toEqual({ utmSource: 'news', utmMedium: 'email' })
  },
)

/** The domain of the cookie, on each kind of host. */
const DOMAINS = {
  [WWW]: 'shop.co.uk',
  'a.b.shop.test': 'shop.test',
  'shop.localhost': 'shop.localhost',
  '127.0.0.1': 'host only',
  intranet: 'host only',
  localhost: 'host only',
}

test(
  'the cookie goes to the domain that the hosts of a site share, and to the host where there is none',
  { tag: '@everywhere' },
  async ({ tab, site, wasabi }) => {
    site.put('/', wasabi())
    for (const [host, domain] of Object.entries(DOMAINS)) {
      await tab.goto(site.url('/?utm_source=x', host))
      expect((await cookies(tab)).wasabi_utm, host).toMatch(/^utm_source=x&t=\d+$/)
      if (domain === 'host only') continue
      await tab.goto(site.url('/', `other.${domain}`))
      expect((await cookies(tab)).wasabi_utm, `other.${domain}`).toMatch(/^utm_source=x&t=\d+$/)
    }
  },
)

test('cookie-domain=none stays on its host', async ({ tab, newTab, site, wasabi }) => {
  site.put('/', wasabi({ 'cookie-domain': 'none' }))
  await tab.goto(site.url('/?utm_source=x', WWW))
  expect(await cookies(tab)).toHaveProperty('wasabi_utm')
  const sibling = await newTab()
  await sibling.goto(site.url('/', APP))
  expect(await cookies(sibling)).toEqual({})
})

test('cookie-domain names a domain', async ({ tab, newTab, site, wasabi }) => {
  site.put('/', wasabi({ 'cookie-domain': 'b.shop.test' }))
  await tab.goto(site.url('/?utm_source=x', 'a.b.shop.test'))
  expect(await cookies(tab)).toHaveProperty('wasabi_utm')
  const outside = await newTab()
  await outside.goto(site.url('/', 'c.shop.test'))
  expect(await cookies(outside)).toEqual({})
})

test('the latest tagged visit wins as a whole, and direct visits, referrers and routes change nothing', async ({
  tab,
  site,
  endpoint,
  wasabi,
}) => {
  site.put('/', wasabi())
  site.put('/pricing', `${wasabi()}<a href="/?ref=x">back</a>`)
  await tab.goto(site.url('/?utm_source=a&utm_term=t'))
  await tab.goto(site.url('/?utm_campaign=b'))
  const { wasabi_utm: stored } = await cookies(tab)
  await tab.goto(site.url('/pricing'))
  await tab.evaluate(() => document.querySelector('a')?.click())
  await arriveAt(tab, '/?ref=x')
  await tab.evaluate(() => {
    history.pushState(null, '', '/route')
  })
  await track(tab)
  expect(source(await endpoint.holds(1))).toEqual({ utmCampaign: 'b' })
  expect((await cookies(tab)).wasabi_utm).toBe(stored)
})

test('with attribution=first the first tagged visit counts', async ({ tab, site, endpoint, wasabi }) => {
  site.put('/', wasabi({ attribution: 'first' }))
  await tab.goto(site.url('/?utm_source=a'))
  await tab.goto(site.url('/?utm_source=b'))
  await track(tab)
  expect(source(await endpoint.holds(1))).toEqual({ utmSource: 'a' })
})

test('a reload neither changes nor renews a campaign that a later visit replaced', async ({
  tab,
  newTab,
  site,
  wasabi,
}) => {
  site.put('/', wasabi())
  await tab.goto(site.url('/?utm_source=a'))
  const later = await newTab()
  await later.goto(site.url('/?utm_source=b'))
  const { wasabi_utm: stored } = await cookies(later)
  await tab.reload()
  expect((await cookies(tab)).wasabi_utm).toBe(stored)
  expect(await attribution(tab)).toEqual({ utmSource: 'b' })
})

test('an anchor on an older landing is no new visit', async ({ tab, newTab, site, endpoint, wasabi }) => {
  site.put('/', `${wasabi()}<a href="#form">to the form</a>`)
  await tab.goto(site.url('/?utm_source=older'))
  const newer = await newTab()
  await newer.goto(site.url('/?utm_source=newer'))
  await tab.evaluate(() => document.querySelector('a')?.click())
  expect(await tab.evaluate(() => location.hash)).toBe('#form')
  await track(tab)
  expect((await endpoint.holds(1))[0]?.body.utmParameters).toEqual({ utmSource: 'newer' })
})

test('a page that changes the campaign it was answered changes nothing stored', async ({
  tab,
  site,
  endpoint,
  wasabi,
}) => {
  site.put('/', wasabi())
  await tab.goto(site.url('/?utm_source=a'))
  await tab.evaluate(() => Object.assign(window.wasabi?.attribution() ?? {}, { utmSource: 'b', page: '/secret' }))
  await track(tab)
  expect((await endpoint.holds(1))[0]?.body.utmParameters).toEqual({ utmSource: 'a' })
})

test('a step back to an older landing changes nothing', async ({ tab, site, wasabi }) => {
  site.put('/', wasabi())
  await tab.goto(site.url('/?utm_source=a'))
  await tab.goto(site.url('/?utm_source=b'))
  const { wasabi_utm: stored } = await cookies(tab)
  await stepBack(tab)
  await arriveAt(tab, '/?utm_source=a')
  expect(await attribution(tab)).toEqual({ utmSource: 'b' })
  expect((await cookies(tab)).wasabi_utm).toBe(stored)
})

test('a single-page site lands later, and stepping back inside it lands no second time', async ({
  tab,
  site,
  endpoint,
  wasabi,
}) => {
  site.put('/', wasabi())
  await tab.goto(site.url('/?utm_source=a'))
  await tab.evaluate(() => {
    history.pushState(null, '', '/?utm_source=b')
  })
  await track(tab, 'SIGN_UP', { interactionId: 'one' })
  await tab.evaluate(() => {
    history.pushState(null, '', '/?utm_source=a')
  })
  await track(tab, 'SIGN_UP', { interactionId: 'two' })
  const events = await endpoint.holds(2)
  expect(events.map(({ body }) => body.utmParameters?.utmSource)).toEqual(['b', 'b'])
})

test('a single-page site that comes back to a campaign by another link lands with it again', async ({
  tab,
  site,
  endpoint,
  wasabi,
}) => {
  site.put('/', wasabi())
  await tab.goto(site.url('/?utm_source=search&gclid=1'))
  for (const path of ['/?utm_source=mail', '/?utm_source=search&gclid=2'])
    await tab.evaluate((next) => {
      history.pushState(null, '', next)
      window.wasabi?.attribution()
    }, path)
  await track(tab)
  expect(source(await endpoint.holds(1))).toEqual({ utmSource: 'search' })
})

for (const model of ['last', 'first'] as const) {
  test(`an address that a router has made of the landing counts after it, for early calls too: ${model}`, async ({
    tab,
    site,
    endpoint,
    wasabi,
  }) => {
    const called = site.asked('/called')
    const open = site.holdScript()
    const early = `history.pushState(null, '', '/?utm_source=later'); wasabi.track('SIGN_UP'); fetch('/called')`
    site.put('/', `<script>${early}</script>${wasabi({ attribution: model })}`)
    const arriving = tab.goto(site.url('/?utm_source=landing'))
    await called
    await nextSecond()
    open()
    await arriving
    expect(source(await endpoint.holds(1))).toEqual({ utmSource: model === 'last' ? 'later' : 'landing' })
  })

  test(`a prerendered page counts from when it was shown: ${model}`, async ({
    tab,
    newTab,
    site,
    endpoint,
    wasabi,
  }) => {
    site.put('/', wasabi({ attribution: model }))
    site.put(
      '/next',
      `<script>Object.defineProperty(document, 'prerendering', { configurable: true, value: true })</script>${wasabi({ attribution: model })}`,
    )
    await tab.goto(site.url('/next?utm_source=shown'))
    await nextSecond()
    const other = await newTab()
    await other.goto(site.url('/?utm_source=meanwhile'))
    await nextSecond()
    await tab.evaluate(() => {
      Object.defineProperty(document, 'prerendering', { value: false })
      document.dispatchEvent(new Event('prerenderingchange'))
    })
    await track(tab)
    expect(source(await endpoint.holds(1))).toEqual({ utmSource: model === 'last' ? 'shown' : 'meanwhile' })
  })
}

test('before init, attribution() answers no campaign that no conversion would get', async ({
  tab,
  newTab,
  site,
  endpoint,
  wasabi,
}) => {
  site.put('/', wasabi())
  const init = `<script>answers = [wasabi.attribution()]; wasabi.init({ endpoint: '${endpoint.url}' }); answers.push(wasabi.attribution())</script>`
  site.put('/next', `<script src="/wasabi.js"></script>${init}`)
  await tab.goto(site.url('/?utm_source=earlier'))
  await (await newTab()).goto(site.url('/?utm_source=later'))
  await tab.goto(site.url('/next'))
  expect(await tab.evaluate(() => JSON.stringify(Reflect.get(window, 'answers')))).toBe('[null,{"utmSource":"later"}]')
})

test('a router that strips the query before the script runs costs nothing', async ({ tab, site, endpoint, wasabi }) => {
  site.put('/', `<script>history.replaceState(null, '', '/clean')</script>${wasabi()}`)
  await tab.goto(site.url('/?utm_source=stripped'))
  await track(tab)
  expect(source(await endpoint.holds(1))).toEqual({ utmSource: 'stripped' })
})

test('a hash router is a landing too', async ({ tab, site, endpoint, wasabi }) => {
  site.put('/', wasabi())
  await tab.goto(site.url('/#/signup?utm_source=hash'))
  await track(tab)
  expect(source(await endpoint.holds(1))).toEqual({ utmSource: 'hash' })
})

test('a cookie that a server wrote counts, is left alone by equal values, and gives way to others', async ({
  tab,
  site,
  wasabi,
}) => {
  const written = 'utm_medium=email&utm_source=a%20b'
  site.put('/', wasabi())
  site.put('/server', { html: '', headers: { 'set-cookie': `wasabi_utm=${written}; Path=/; Max-Age=8640000` } })
  await tab.goto(site.url('/server'))
  await tab.goto(site.url('/'))
  expect(await attribution(tab)).toEqual({ utmSource: 'a b', utmMedium: 'email' })
  await tab.goto(site.url('/?utm_source=a+b&utm_medium=email'))
  expect((await cookies(tab)).wasabi_utm).toBe(written)
  await tab.goto(site.url('/?utm_source=c'))
  expect((await cookies(tab)).wasabi_utm).toMatch(/^utm_source=c&t=\d+$/)
})

test('of two values on host and domain the newest counts, and one is left', async ({ tab, site, wasabi }) => {
  const now = Math.floor(Date.now() / 1000)
  site.put('/', wasabi())
  site.put('/server', {
    html: '',
    headers: {
      'set-cookie': [
        `wasabi_utm=utm_source=old&t=${now - 500}; Path=/`,
        `wasabi_utm=utm_source=new&t=${now - 50}; Path=/; Domain=shop.co.uk`,
      ],
    },
  })
  await tab.goto(site.url('/server', WWW))
  await tab.goto(site.url('/', WWW))
  expect(await attribution(tab)).toEqual({ utmSource: 'new' })
  expect((await cookies(tab)).wasabi_utm).toBe(`utm_source=new&t=${now - 50}`)
})

test('a stored value counts as a campaign, or as none', async ({ tab, site, wasabi }) => {
  const now = Math.floor(Date.now() / 1000)
  site.put('/', wasabi())
  for (const [why, value, expected] of [
    ['older than the window', `utm_source=x&t=${now - 91 * 86_400}`, null],
    ['from a clock that is ahead', `utm_source=x&t=${now + 1_000_000}`, { utmSource: 'x' }],
    ['without a campaign', 't=1700000000', null],
    ['with a damaged time', 'utm_source=x&t=yesterday', null],
    ['of somebody else', '{"a":1}', null],
    ['in quotes, as Python writes it', '"utm_source=x&utm_medium=y"', { utmSource: 'x', utmMedium: 'y' }],
    [
      'encoded as a whole, as PHP writes it',
      'utm_source%3Dx%26utm_term%3Da%252Bb',
      { utmSource: 'x', utmTerms: 'a+b' },
    ],
    ['encoded by halves', 'utm_source%3Dx%2', { utmSource: 'x%2' }],
    ['that is hostile', '__proto__[x]=1&utm_source=%3Cscript%3E&constructor=1', { utmSource: '<script>' }],
  ] as const) {
    site.put('/server', { html: '', headers: { 'set-cookie': `wasabi_utm=${value}; Path=/` } })
    await tab.goto(site.url('/server'))
    await tab.goto(site.url('/'))
    expect(await attribution(tab), why).toEqual(expected)
  }
})

test('utm-types chooses which actions carry the campaign', async ({ tab, site, endpoint, wasabi }) => {
  site.put('/', wasabi())
  site.put('/win-back', wasabi({ 'utm-types': 'SUBSCRIPTION_RESTARTED' }))
  await tab.goto(site.url('/?utm_source=x'))
  for (const type of ['SIGN_UP', 'PROMOTION_APPLIED', 'SUBSCRIPTION_RESTARTED', 'SUBSCRIPTION_CANCELLED'] as const)
    await track(tab, type)
  await endpoint.holds(4)
  await tab.goto(site.url('/win-back'))
  await track(tab, 'SUBSCRIPTION_RESTARTED')
  await track(tab, 'SIGN_UP')
  const events = await endpoint.holds(6)
  const carried = events.flatMap(({ body }) => (body.utmParameters ? [body.interaction.type] : []))
  expect(carried.sort()).toEqual(['PROMOTION_APPLIED', 'SIGN_UP', 'SUBSCRIPTION_RESTARTED'])
})

test('hostile text in a link is only text', async ({ tab, site, endpoint, wasabi }) => {
  const value = `"'><script>alert(1)</script>;domain=evil.test; Path=/x`
  site.put('/', wasabi())
  await tab.goto(site.url(`/?utm_campaign=${encodeURIComponent(value)}&__proto__[utm_source]=1`))
  await tab.goto(site.url('/'))
  await track(tab)
  expect(source(await endpoint.holds(1))).toEqual({ utmCampaign: value })
})
