import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import type { StoredEvent } from '../support/host'
import { expect, test } from '../support/fixtures'
import { consent, cookies, track } from '../support/steps'

const README = readFileSync('README.md', 'utf8')
const ENDPOINT = 'https://collect.example.com/customer-actions'

/** The one piece of code of the README that has these words in it. */
const snippet = (words: string) => {
  const [found, ...others] = [...README.matchAll(/```\w+\n([^]*?)```/g)].flatMap(([, code = '']) =>
    code.includes(words) ? [code] : [],
  )
  if (!found || others.length)
    throw new Error(`The README has ${found ? 'several snippets' : 'no snippet'} with ${words}`)
  return found
}

test('the tag, the stub and the button of the first lines send the event that stands below them', async ({
  tab,
  site,
  endpoint,
}) => {
  const shown = JSON.parse(snippet('"eventAction"')) as StoredEvent
  const [query = ''] = /\?utm_source=\S+food/.exec(README) ?? []
  site.put('/', { html: `<!doctype html>${snippet('onclick').replace(ENDPOINT, endpoint.url)}` })
  await tab.goto(site.url(`/${query}`))
  await tab.goto(site.url('/'))
  await tab.evaluate(() => document.querySelector('button')?.click())
  const [event] = await endpoint.holds(1)
  const { interactionId, createdAt, updatedAt } = event?.body ?? {}
  expect(interactionId).toMatch(/^[\da-f-]{36}$/)
  // As it stands there, key by key.
  expect(JSON.stringify(event)).toBe(
    JSON.stringify({ ...shown, body: { ...shown.body, interactionId, createdAt, updatedAt } }),
  )
})

test('the module works as it is imported', async ({ tab, site, endpoint }) => {
  const script = { 'content-type': 'text/javascript' }
  site.put('/index.js', { html: readFileSync('dist/index.js', 'utf8'), headers: script })
  site.put('/', {
    html: `<!doctype html><script type="importmap">{"imports":{"wasabi-utm":"/index.js"}}</script>
      <script type="module">${snippet("from 'wasabi-utm'").replace(ENDPOINT, endpoint.url)}</script>`,
  })
  await tab.goto(site.url('/'))
  const [event] = await endpoint.holds(1)
  expect(event?.body).toMatchObject({ customerId: '42', interaction: { type: 'PROMOTION_APPLIED' } })
  expect(await tab.evaluate(() => 'wasabi' in window)).toBe(false)
})

test('init gives the options that a tag manager cannot', async ({ tab, site, endpoint }) => {
  site.put(
    '/',
    `<script async src="/wasabi.js"></script>${snippet("consent: 'required'").replace(ENDPOINT, endpoint.url)}`,
  )
  await tab.goto(site.url('/'))
  await track(tab)
  expect(await cookies(tab)).toEqual({})
  await consent(tab, true)
  await endpoint.holds(1)
})

for (const asked of [true, false]) {
  test(`a consent platform answers by an event; Global Privacy Control, which is ${asked ? 'on' : 'off'}, only says what counts until then`, async ({
    tab,
    site,
    endpoint,
  }) => {
    const recipes = [snippet('globalPrivacyControl').replace(ENDPOINT, endpoint.url), snippet('consent-changed')]
    const recipe = `<script>${recipes.join('\n')}</script>`
    const control = `<script>Object.defineProperty(navigator, 'globalPrivacyControl', { value: ${asked} })</script>`
    site.put('/', `${control}${recipe}<script async src="/wasabi.js"></script>`)
    const answer = (marketing: boolean) =>
      tab.evaluate((detail) => dispatchEvent(new CustomEvent('consent-changed', { detail })), { marketing })
    await tab.goto(site.url('/'))
    await track(tab, 'SIGN_UP', { interactionId: 'before' })
    if (asked) expect(await cookies(tab)).toEqual({})
    else await endpoint.holds(1)

    await answer(false)
    await tab.reload()
    await track(tab, 'SIGN_UP', { interactionId: 'refused' })
    expect(await cookies(tab)).toEqual({ wasabi_consent: 'denied' })

    await answer(true)
    await track(tab, 'SIGN_UP', { interactionId: 'granted' })
    const events = await endpoint.holds(asked ? 1 : 2)
    expect(events.map(({ body }) => body.interactionId)).toEqual(asked ? ['granted'] : ['before', 'granted'])
  })
}

test('a server writes the campaign as the recipe says', async ({ tab, site, endpoint, wasabi }) => {
  const [, cookie = ''] = /'Set-Cookie', '([^']+)'/.exec(snippet('Set-Cookie')) ?? []
  // The test's site is no example.com, and has no certificate.
  site.put('/server', {
    html: '',
    headers: { 'set-cookie': cookie.replace('example.com', 'shop.co.uk').replace('; Secure', '') },
  })
  site.put('/', wasabi())
  await tab.goto(site.url('/server', 'www.shop.co.uk'))
  await tab.goto(site.url('/?utm_medium=email&utm_source=news', 'app.shop.co.uk'))
  await track(tab)
  const [event] = await endpoint.holds(1)
  expect(event?.body.utmParameters).toEqual({ utmSource: 'news', utmMedium: 'email' })
  expect((await cookies(tab)).wasabi_utm).toBe('utm_source=news&utm_medium=email')
})

test('hidden fields carry the campaign', async ({ tab, site, wasabi }) => {
  site.put(
    '/',
    `${wasabi()}<form><input type="hidden" name="utm_campaign"></form>
     <script>addEventListener('load', () => { const form = document.forms[0]; ${snippet('form.elements')} })</script>`,
  )
  await tab.goto(site.url('/?utm_campaign=spring_sale'))
  expect(await tab.evaluate(() => document.querySelector('input')?.value)).toBe('spring_sale')
})

// It is a recipe for Playwright itself.
test(
  'the recipe for testing sees the campaign in the request',
  { tag: '@chromium' },
  async ({ page, site, endpoint }) => {
    site.put('/', `${snippet('onclick').replace(ENDPOINT, endpoint.url)}`)
    await page.goto(site.url('/?utm_campaign=spring_sale'))
    const recipe = new Function('page', 'expect', `return (async () => { ${snippet('waitForRequest')} })()`) as (
      ...args: unknown[]
    ) => Promise<void>
    await recipe(page, expect)
  },
)

test('the pinned tag runs with its hash, and a file that was changed does not', async ({ tab, site, endpoint }) => {
  const script = { 'content-type': 'text/javascript', 'access-control-allow-origin': '*' }
  const file = readFileSync('dist/wasabi.js', 'utf8')
  // The hash in the README is that of the last version. The build has another one.
  const hash = createHash('sha384').update(file).digest('base64')
  const pinned = (path: string) =>
    snippet('integrity=')
      .replace(ENDPOINT, endpoint.url)
      .replace(/integrity="sha384-[^"]+"/, `integrity="sha384-${hash}"`)
      .replace(/src="[^"]+"/, `src="${path}"`)
  site.put('/pinned.js', { html: file, headers: script })
  site.put('/changed.js', { html: `${file} `, headers: script })
  site.put('/', pinned('/pinned.js'))
  site.put('/changed', pinned('/changed.js'))
  await tab.goto(site.url('/changed'))
  await track(tab, 'SIGN_UP', { interactionId: 'changed' })
  await tab.goto(site.url('/'))
  await track(tab, 'SIGN_UP', { interactionId: 'pinned' })
  const events = await endpoint.holds(1)
  expect(events.map(({ body }) => body.interactionId)).toEqual(['pinned'])
})

test(
  'the line for the shell counts sign-ups by campaign',
  { tag: '@chromium' },
  async ({ tab, site, endpoint, wasabi }) => {
    site.put('/', wasabi())
    for (const campaign of ['spring', 'autumn', 'spring']) {
      await tab.goto(site.url(`/?utm_campaign=${campaign}`))
      await track(tab)
    }
    await track(tab, 'SUBSCRIPTION_CANCELLED')
    await endpoint.holds(4)
    const line = snippet('uniq -c').replace('localhost:4174', new URL(endpoint.url).host)
    const { stdout } = await promisify(execFile)('sh', ['-c', line])
    expect(stdout.trim().split(/\s*\n\s*/)).toEqual(['2 "utmCampaign":"spring"', '1 "utmCampaign":"autumn"'])
  },
)

test('a landing page on another domain hands its campaign on', async ({ tab, site, endpoint, wasabi }) => {
  const shop = site.url('/shop?plan=small', 'shop.co.uk')
  site.put(
    '/',
    `${wasabi()}<a href="${shop}">Shop</a>
     <script>addEventListener('load', () => { ${snippet('address.searchParams').replace('https://shop.example.com', 'http://shop.co.uk')} })</script>`,
  )
  site.put('/shop', wasabi())
  await tab.goto(site.url('/?utm_campaign=spring_sale&utm_term=cats+kitten', 'landing.test'))
  await tab.goto((await tab.evaluate(() => document.querySelector('a')?.href)) ?? '')
  await track(tab)
  const [event] = await endpoint.holds(1)
  expect(event?.body.utmParameters).toEqual({ utmCampaign: 'spring_sale', utmTerms: 'cats+kitten' })
})
