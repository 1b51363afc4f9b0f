import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { parse } from 'acorn'
import type { CustomerAction } from '../../src/contract/customer-action'
import { expect, test } from '../support/fixtures'
import { COMPLAIN } from '../support/site'
import { arriveAt, consent, cookies, track } from '../support/steps'

const README = readFileSync('README.md', 'utf8')
const ENDPOINT = 'https://collect.example.com/customer-actions'

/** The only piece of code in the README that contains these words. */
const snippet = (words: string) => {
  const [found, ...others] = [...README.matchAll(/```\w+\n([^]*?)```/g)].flatMap(([, code = '']) =>
    code.includes(words) ? [code] : [],
  )
  if (!found || others.length)
    throw new Error(`The README has ${found ? 'several snippets' : 'no snippet'} with ${words}`)
  return found
}

/** Stub, tag and button of the first lines, with the test's endpoint. Here, the page's own site serves the script. */
const firstLines = (endpoint: string) =>
  snippet('onclick').replace('https://collect.example.com/wasabi.js', '/wasabi.js').replace(ENDPOINT, endpoint)

test('the tag, the stub and the button of the first lines send the event that stands below them', async ({
  tab,
  site,
  endpoint,
}) => {
  const shown = JSON.parse(snippet('"eventAction"')) as CustomerAction
  const [query = ''] = /\?utm_source=\S+food/.exec(README) ?? []
  site.put('/', { html: `<!doctype html>${firstLines(endpoint.url)}` })
  await tab.goto(site.url(`/${query}`))
  await tab.goto(site.url('/'))
  await tab.evaluate(() => document.querySelector('button')?.click())
  const [event] = await endpoint.holds(1)
  const { interactionId, createdAt, updatedAt } = event?.body ?? {}
  expect(interactionId).toMatch(/^[\da-f-]{36}$/)
  // The same as in the README, key by key.
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

/** Inserts *Custom HTML* as a tag manager does: it makes the elements itself, one after the other. */
const manage = (html: string) => `<script>
  for (const { text, attributes } of new DOMParser().parseFromString(${JSON.stringify(html).replaceAll('</', '<\\/')}, 'text/html').scripts) {
    const script = document.createElement('script')
    for (const { name, value } of attributes) script.setAttribute(name, value)
    script.text = text
    document.head.append(script)
  }</script>`

test('a tag manager runs stub and options, which are ES5', async ({ tab, site, endpoint }) => {
  const [stub = ''] = /^<script>!function.*$/m.exec(README) ?? []
  const html = stub + snippet("consent: 'required'")
  for (const [, code = ''] of html.matchAll(/<script[^>]*>(.*?)<\/script>/g)) parse(code, { ecmaVersion: 5 })
  const own = html.replace(ENDPOINT, endpoint.url).replace('https://collect.example.com', '')
  site.put('/', {
    html: `<!doctype html><title>Managed</title>${manage(own)}${manage("<script>wasabi.track('SIGN_UP')</script>")}`,
  })
  await tab.goto(site.url('/?utm_source=news'))
  expect(await cookies(tab)).toEqual({})
  await consent(tab, true)
  const [event] = await endpoint.holds(1)
  expect(event?.body.utmParameters).toEqual({ utmSource: 'news' })
})

test('a page without code records, fills its field, and hands its campaign on', async ({
  tab,
  site,
  endpoint,
  wasabi,
}) => {
  const html = snippet('data-link-domains').replaceAll('app.example.org', 'shop.co.uk').replace('https:', 'http:')
  const file = readFileSync('dist/wasabi-html.js', 'utf8')
  site.put('/wasabi-html.js', { html: file, headers: { 'content-type': 'text/javascript' } })
  site.put('/', wasabi() + html.replace('shop.co.uk/', new URL(site.url('/', 'shop.co.uk')).host + '/'))
  site.put('/join', wasabi())
  await tab.goto(site.url('/?utm_campaign=spring_sale&utm_term=cats+kitten', 'landing.test'))
  const [thanks] = await endpoint.holds(1)
  expect(thanks?.body).toMatchObject({ interactionId: 'order-2', interaction: { subscriptionContractId: '7' } })
  await tab.click('button[data-wasabi-track]')
  const [, clicked] = await endpoint.holds(2)
  expect(clicked?.body).toMatchObject({ customerId: '42', interaction: { type: 'PROMOTION_APPLIED' } })
  const joined = site.asked('/join')
  await tab.click('form button')
  expect(await joined).toBe('/join?campaign=spring_sale&utm_campaign=spring_sale&utm_term=cats%2Bkitten')
  await endpoint.holds(3)
  await arriveAt(tab, '/join?campaign=spring_sale&utm_campaign=spring_sale&utm_term=cats%2Bkitten')
  await track(tab, 'SIGN_UP', { interactionId: 'there' })
  const events = await endpoint.holds(4)
  expect(events[3]?.body.utmParameters).toEqual({ utmCampaign: 'spring_sale', utmTerms: 'cats+kitten' })
  expect(site.complaints).toEqual([])
})

test(
  'the policy of the recipe is all that script and second tag need',
  { tag: '@everywhere' },
  async ({ tab, site, endpoint }) => {
    const [, policy = ''] = /Policy: (.*)/.exec(snippet('Content-Security-Policy')) ?? []
    const { origin } = new URL(endpoint.url)
    // The test's own watcher is allowed to send to the server.
    const allowed = policy.replace('https://collect.example.com', `${origin} ${site.url('/complaints')}`)
    const nonced = (html: string) => html.replaceAll('<script', '<script nonce="R4nd0m"')
    const [stubAndTag = ''] = firstLines(endpoint.url).split('<button')
    const second = snippet('data-link-domains').replace('app.example.org', '127.0.0.1')
    const watch = `<script>addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => fetch('/complaints', { method: 'POST', body: violatedDirective + ' ' + blockedURI }))</script>`
    const script = { 'content-type': 'text/javascript' }
    site.put('/wasabi-html.js', { html: readFileSync('dist/wasabi-html.js', 'utf8'), headers: script })
    site.put('/', {
      html: `<!doctype html><title>Strict</title><link rel="icon" href="data:,">${nonced(COMPLAIN + watch + stubAndTag + second)}<a href="http://127.0.0.1/">away</a>`,
      headers: { 'content-security-policy': allowed.replace('script-src', 'img-src data:; script-src') },
    })
    await tab.goto(site.url('/?utm_source=strict'))
    await tab.evaluate(() => {
      document.querySelector('a')?.dispatchEvent(new MouseEvent('pointerdown', { bubbles: true }))
    })
    const [event] = await endpoint.holds(1)
    expect(event?.body).toMatchObject({ interactionId: 'order-2', utmParameters: { utmSource: 'strict' } })
    expect(await tab.evaluate(() => document.querySelector('a')?.href)).toBe('http://127.0.0.1/?utm_source=strict')
    expect(site.complaints).toEqual([])
  },
)

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
  const [, cookie = ''] = /`(wasabi_utm=utm_source=news[^`]*)`/.exec(README) ?? []
  site.put('/server', { html: '', headers: { 'set-cookie': `${cookie}; Domain=shop.co.uk; Path=/; SameSite=Lax` } })
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

// A recipe for Playwright itself.
test(
  'the recipe for testing sees the campaign in the request',
  { tag: '@chromium' },
  async ({ page, site, endpoint }) => {
    site.put('/', firstLines(endpoint.url))
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
