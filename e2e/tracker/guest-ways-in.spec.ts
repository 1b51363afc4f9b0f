import { readFileSync } from 'node:fs'
import type { Wasabi } from '../../src/tracker/index'
import { bundle } from './frameworks/bundle'
import { expect, test } from '../support/fixtures'
import { hostOf, STUB, tag } from '../support/site'
import { track } from '../support/steps'

const SCRIPT = readFileSync('dist/wasabi.js', 'utf8')

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/

const javascript = (code: string) => ({ html: code, headers: { 'content-type': 'text/javascript' } })

/** The code of a tag manager: it makes the element itself, at a time and place of its own. */
const injected = (attributes: string) => `<script>
  addEventListener('DOMContentLoaded', () => {
    const script = document.createElement('script')
    script.src = '/wasabi.js'
    ${attributes}
    document.head.append(script)
  })
</script>`

/** Every way to load the script into a page whose endpoint is `url`. */
const WAYS: Readonly<Record<string, (url: string) => string>> = {
  'an async tag': (url) => tag({ endpoint: url }),
  'a tag with defer': (url) => tag({ endpoint: url }).replace('async', 'defer'),
  'a plain tag': (url) => tag({ endpoint: url }).replace('async ', ''),
  'a module tag, which has no currentScript': (url) => tag({ endpoint: url }).replace('async', 'type="module"'),
  'the whole file pasted into the page': (url) => `<script data-endpoint="${url}">${SCRIPT}</script>`,
  'a tag manager that sets the options on its element': (url) => injected(`script.dataset.endpoint = '${url}'`),
  'a tag manager that calls init': (url) => `${injected('')}<script>wasabi.init({ endpoint: '${url}' })</script>`,
  'a tag manager that runs the text of the file': (url) =>
    `<script type="text/plain" data-endpoint="${url}"></script>
    <script>fetch('/wasabi.js').then((answer) => answer.text()).then((code) => setTimeout(code))</script>`,
}

test('by each way in the landing is captured, calls before and after arrive, nobody complains', async ({
  tab,
  site,
  endpoint,
}) => {
  for (const [index, [way, html]] of Object.entries(WAYS).entries())
    await test.step(way, async () => {
      const early = `<script>wasabi.track('SIGN_UP', { interactionId: 'before ${index}' })</script>`
      site.put('/', early + html(endpoint.url))
      await tab.goto(site.url(`/?utm_source=way-${index}`, hostOf(index)))
      await endpoint.holds(2 * index + 1)
      await track(tab, 'SIGN_UP', { interactionId: `after ${index}` })
      const events = (await endpoint.holds(2 * index + 2)).slice(-2)
      expect(events.map(({ body }) => [body.interactionId, body.utmParameters])).toEqual([
        [`before ${index}`, { utmSource: `way-${index}` }],
        [`after ${index}`, { utmSource: `way-${index}` }],
      ])
      expect(site.complaints).toEqual([])
    })
})

test('the file may be pasted without a stub: nothing in it ends a script element', async ({ tab, site, endpoint }) => {
  expect(SCRIPT).not.toMatch(/<\/script|<!--/i)
  site.put('/', {
    html: `<!doctype html><title>Inline</title><script data-endpoint="${endpoint.url}">${SCRIPT}</script><script>wasabi.track('SIGN_UP', { interactionId: 'at once' })</script>`,
  })
  await tab.goto(site.url('/'))
  expect((await endpoint.holds(1))[0]?.body.interactionId).toBe('at once')
})

test('the script may come before its stub, which leaves the real object alone', async ({
  tab,
  site,
  endpoint,
  wasabi,
}) => {
  site.put('/', { html: `<!doctype html><title>Late stub</title>${wasabi().replace('async ', '')}${STUB}` })
  await tab.goto(site.url('/'))
  await track(tab, 'SIGN_UP', { interactionId: 'real' })
  expect((await endpoint.holds(1))[0]?.body.interactionId).toBe('real')
  expect(await tab.evaluate(() => 'q' in (window.wasabi ?? {}))).toBe(false)
})

const MODULE = `
  import { createTracker } from 'wasabi-utm'
  const options = JSON.parse(document.querySelector('script[type="application/json"]').textContent)
  window.mine = createTracker(options)
  window.mine.track('SIGN_UP', { interactionId: 'module' })`

const optionsFor = (endpoint: string) => `<script type="application/json">${JSON.stringify({ endpoint })}</script>`

test('a page imports the module that a bundler made of it, and no global appears', async ({ tab, site, endpoint }) => {
  site.put('/app.js', javascript(await bundle(MODULE)))
  site.put('/', {
    html: `<!doctype html><title>App</title>${optionsFor(endpoint.url)}<script type="module" src="/app.js"></script>`,
  })
  await tab.goto(site.url('/?utm_source=module'))
  expect((await endpoint.holds(1))[0]?.body).toMatchObject({
    interactionId: 'module',
    utmParameters: { utmSource: 'module' },
  })
  expect(await tab.evaluate(() => 'wasabi' in window)).toBe(false)
})

test('a page imports the module as it is, by an import map', async ({ tab, site, endpoint }) => {
  site.put('/index.js', javascript(readFileSync('dist/index.js', 'utf8')))
  const map = JSON.stringify({ imports: { 'wasabi-utm': '/index.js' } })
  site.put(
    '/',
    `<script type="importmap">${map}</script>${optionsFor(endpoint.url)}<script type="module">${MODULE}</script>`,
  )
  await tab.goto(site.url('/'))
  expect((await endpoint.holds(1))[0]?.body.interactionId).toBe('module')
})

/** Two copies in one page, in the order in which they start. */
const TWICE: Readonly<Record<string, (tagged: string, optioned: string) => string>> = {
  'the tag twice': (tagged) => tagged + tagged,
  'two versions of the tag': (tagged) => tagged + tagged.replace('/wasabi.js', '/wasabi-2.js'),
  'the tag, then a module': (tagged, optioned) => `${tagged}${optioned}<script type="module" src="/app.js"></script>`,
  'a module, then the tag': (tagged, optioned) =>
    `${optioned}<script type="module" src="/app.js"></script>${tagged.replace('src', 'defer src')}`,
}

for (const [both, html] of Object.entries(TWICE)) {
  test(
    `${both}: one tracker, one warning, one request for one call`,
    { tag: '@chromium' },
    async ({ tab, site, endpoint, wasabi }) => {
      site.put('/app.js', javascript(await bundle(MODULE.replace(/window\.mine\.track.*/, ''))))
      site.put(
        '/wasabi-2.js',
        javascript(SCRIPT.replace('on this page already', 'on this page already, says version 2')),
      )
      site.put(
        '/',
        `<script>wasabi.track('SIGN_UP', { interactionId: 'early' })</script>${html(wasabi().replace('async ', ''), optionsFor(endpoint.url))}`,
      )
      await tab.goto(site.url('/'))
      await endpoint.holds(1)
      await track(tab, 'SIGN_UP', { interactionId: 'once' })
      await endpoint.holds(2)
      await track(tab, 'SIGN_UP', { interactionId: 'sentinel' })
      const events = await endpoint.holds(3)
      expect(events.map(({ body }) => body.interactionId)).toEqual(['early', 'once', 'sentinel'])
      expect(endpoint.arrivals).toHaveLength(3)
      await expect.poll(() => site.complaints).toEqual([expect.stringContaining('wasabi: this page has it already')])
      expect(await tab.evaluate(() => [undefined, window.wasabi].includes((window as { mine?: Wasabi }).mine))).toBe(
        true,
      )
    },
  )
}

test(
  'with the script blocked every documented call is a silent no-op',
  { tag: '@chromium' },
  async ({ tab, site, wasabi }) => {
    site.put('/', wasabi().replace('/wasabi.js', '/blocked.js'))
    await tab.goto(site.url('/'))
    const answers = await tab.evaluate(() => {
      const { track, update, identify, reset, consent, init, attribution } = window.wasabi as Wasabi
      const said = [
        update('7', { customerId: 'c' }),
        identify(7),
        reset(),
        consent(true),
        init({ endpoint: '/' }),
        attribution(),
      ]
      return [
        track('SIGN_UP'),
        track('SIGN_UP', { interactionId: 7 }),
        said.filter((answer) => answer !== undefined).length,
      ]
    })
    expect(answers).toEqual([expect.stringMatching(UUID), '7', 0])
    expect(site.complaints).toEqual([])
  },
)

test('functions of the stub that a page keeps work before and after the script has loaded', async ({
  tab,
  site,
  endpoint,
}) => {
  site.put('/', '')
  await tab.goto(site.url('/?utm_source=taken'))
  const after = await tab.evaluate(async (url) => {
    const { track, attribution } = window.wasabi as Wasabi
    track('SIGN_UP', { interactionId: 'before' })
    const script = document.createElement('script')
    script.src = '/wasabi.js'
    script.dataset.endpoint = url
    const loaded = new Promise((resolve) => (script.onload = resolve))
    document.head.append(script)
    await loaded
    return [track('PROMOTION_APPLIED', { interactionId: 'after' }), attribution()]
  }, endpoint.url)
  expect(after).toEqual(['after', { utmSource: 'taken' }])
  expect((await endpoint.holds(2)).map(({ body }) => body.interactionId).sort()).toEqual(['after', 'before'])
})

/** Values that pages pass as an id, and the result of `track`: the value as text, or a UUID if it is no id. */
const ANSWERS: readonly (readonly [given: unknown, answer: string])[] = [
  ['order-1', 'order-1'],
  [12, '12'],
  [0, '0'],
  ['', 'a UUID'],
  [null, 'a UUID'],
  [undefined, 'a UUID'],
  ['undefined', 'a UUID'],
  ['null', 'a UUID'],
  ['None', 'a UUID'],
]

for (const moment of ['before the script has come', 'after']) {
  test(`track answers with its id ${moment}`, { tag: '@chromium' }, async ({ tab, site, wasabi }) => {
    site.put('/', moment === 'after' ? wasabi() : 'the stub alone')
    await tab.goto(site.url('/'))
    const answers = await tab.evaluate(
      (given) => [
        ...given.map((interactionId) => window.wasabi?.track('SIGN_UP', { interactionId })),
        window.wasabi?.track('SIGN_UP'),
      ],
      ANSWERS.map(([given]) => given as string),
    )
    expect(answers.map((answer) => (UUID.test(answer ?? '') ? 'a UUID' : answer))).toEqual([
      ...ANSWERS.map(([, answer]) => answer),
      'a UUID',
    ])
  })
}

test('a word for a missing value is no id, though the stub does not know the word', async ({
  tab,
  site,
  endpoint,
  wasabi,
}) => {
  const words = `['<nil>', 'nil', '{{ order.id }}', Symbol(), Object.create(null)]`
  const early = `<script>${words}.map((interactionId) => wasabi.track('SIGN_UP', { interactionId }))</script>`
  site.put('/', early + wasabi())
  await tab.goto(site.url('/'))
  await tab.evaluate(() =>
    ['undefined', 'None'].map((interactionId) => window.wasabi?.track('SIGN_UP', { interactionId })),
  )
  const ids = (await endpoint.holds(7)).map(({ body }) => body.interactionId)
  expect(ids.filter((id) => UUID.test(id))).toHaveLength(7)
})

test('before the script has loaded, a call without an id gets one, and asking for the campaign is no mistake', async ({
  tab,
  site,
  endpoint,
  wasabi,
}) => {
  const early = `<script>ids = [false, {}, [], null, 'null', 'undefined', 'None', 7].map((interactionId) => wasabi.track('SIGN_UP', { interactionId })); wasabi.attribution()</script>`
  site.put('/', early + wasabi())
  await tab.goto(site.url('/'))
  const stored = (await endpoint.holds(8)).map(({ body }) => body.interactionId)
  const ids = await tab.evaluate(() => (window as { ids?: readonly string[] }).ids ?? [])
  expect([...stored].sort()).toEqual([...ids].sort())
  expect(ids.filter((id) => /^[\da-f-]{36}$/.test(id))).toHaveLength(7)
  expect(ids).toContain('7')
  expect(site.complaints.filter((complaint) => complaint.includes('not a function'))).toEqual([])
})
