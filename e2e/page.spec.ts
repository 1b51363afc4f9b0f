import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import AxeBuilder from '@axe-core/playwright'
import type { Page } from 'playwright/test'
import { validate } from '../src/endpoint/action/validate'
import { createHandler } from '../src/endpoint/http/endpoint'
import { openStore } from '../src/endpoint/store/open'
import { expect, test as base } from './support/fixtures'
import type { Tab } from './support/tab'

const token = 'a-token-of-some-length'
const page = fileURLToPath(new URL('../dist/page', import.meta.url))

/** Campaigns that try to be more than text, each as the page shows it. */
const hostile = [
  ['<img src=x onerror=alert(1)>', '<img src=x onerror=alert(1)>'],
  ["'; DROP TABLE event; --", "'; DROP TABLE event; --"],
  ['=HYPERLINK("x")', '=HYPERLINK("x")'],
  ['__proto__', '__proto__'],
  ['(no campaign)', '(no campaign)'],
  ['{{7*7}}', '{{7*7}}'],
  ['gnirps\u202e', 'gnirps⟨U+202E⟩'],
  ['\u2066a\u2069\u200fb', '⟨U+2066⟩a⟨U+2069⟩⟨U+200F⟩b'],
  ['bell\u0007', 'bell⟨U+0007⟩'],
  // SQLite counts by the part before a NUL: https://www.sqlite.org/nulinstr.html
  ['nul\u0000 and more', 'nul'],
  ['مرحبا 1', 'مرحبا 1'],
  ['x'.repeat(5000), 'x'.repeat(200)],
] as const

const thirty = Array.from({ length: 30 }, (_, index) => ['spring', 'mail', ''][index % 3] ?? '')

const bodyOf = (index: number, utmCampaign: string): string =>
  JSON.stringify({
    eventType: 'CUSTOMER_ACTION',
    eventAction: 'CREATED',
    version: 1,
    body: {
      interactionId: `i-${String(index)}`,
      customerId: 'c',
      interaction: { type: index % 3 === 2 ? 'SUBSCRIPTION_CANCELLED' : 'SIGN_UP' },
      ...(utmCampaign !== '' && { utmParameters: { utmCampaign } }),
      createdAt: '2026-11-23T10:00:00.000Z',
      updatedAt: '2026-11-23T10:00:00.000Z',
    },
  })

const post = (origin: string, body: string) => fetch(`${origin}/customer-actions`, { method: 'POST', body })

type Fixtures = { readonly start: (campaigns: readonly string[], readToken?: string) => Promise<string> }

const test = base.extend<Fixtures>({
  start: async ({ browserName }, use) => {
    const folder = mkdtempSync(join(tmpdir(), `wasabi-page-${browserName}-`))
    const ends: (() => Promise<void>)[] = []
    await use(async (campaigns, readToken) => {
      const store = await openStore({ file: join(folder, 'events.sqlite') })
      const arrivals = campaigns.map((campaign, index) => {
        const validated = validate(Buffer.from(bodyOf(index, campaign)))
        if (validated.type !== 'valid') throw new Error('the test sends events that are valid')
        return { ...validated, receivedAt: Date.now() }
      })
      await store.append(arrivals)
      const app = await createHandler(store, { page, ...(readToken !== undefined && { readToken }) })
      ends.push(() => app.close())
      return app.listen({ host: '127.0.0.1', port: 0 })
    })
    for (const end of ends) await end()
    rmSync(folder, { recursive: true })
  },
})

const textsOf = (tab: Tab, selector: string): Promise<readonly string[]> =>
  tab.evaluate((wanted) => [...document.querySelectorAll(wanted)].map(({ textContent }) => textContent), selector)

const expectTexts = (tab: Tab, selector: string, texts: readonly string[]) =>
  expect.poll(() => textsOf(tab, selector)).toEqual(texts)

/** The page shows no event that arrives before it follows the stream. */
const expectFollower = (origin: string) =>
  expect.poll(async () => (await fetch(`${origin}/metrics`)).text()).toMatch(/^wasabi_streams 1$/m)

const click = (tab: Tab, selector: string): Promise<void> =>
  tab.evaluate((wanted) => {
    document.querySelector<HTMLElement>(wanted)?.click()
  }, selector)

const giveToken = (tab: Tab, given: string): Promise<void> =>
  tab.evaluate((value) => {
    const field = document.querySelector<HTMLInputElement>('#token')
    if (field) field.value = value
    field?.form?.requestSubmit()
  }, given)

for (const [name, campaigns, rows] of [
  ['no event', [], []],
  ['one event', ['spring'], ['spring']],
  ['thirty events', thirty, ['spring', 'mail', '(types without a campaign)']],
  ['hostile values', hostile.map(([campaign]) => campaign), hostile.map(([, shown]) => shown)],
] as const) {
  // The layout depends on the engine, and most of it is on the page with these values.
  test(`the page shows ${name}${name === 'hostile values' ? ' @everywhere' : ''}`, async ({ tab, start }) => {
    await tab.goto(await start(campaigns))
    const noun = campaigns.length === 1 ? 'conversion' : 'conversions'
    await expectTexts(tab, '#status', [`${String(campaigns.length)} ${noun}`])
    expect([...(await textsOf(tab, 'tbody th'))].sort()).toEqual([...rows].sort())
    expect((await textsOf(tab, 'tfoot td')).at(-1)).toBe(campaigns.length === 0 ? '–' : '100.0 %')
    // Each value is text, in a direction of its own.
    expect(await textsOf(tab, 'main img, main script, main a')).toEqual([])
    const directions = await tab.evaluate(() =>
      [...document.querySelectorAll('tbody bdi')].map((value) => getComputedStyle(value).unicodeBidi),
    )
    expect(directions).toEqual(rows.filter((row) => row !== '(types without a campaign)').map(() => 'isolate'))
    const widths = () =>
      tab.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth])
    const [inside, screen] = await widths()
    expect(inside).toBeLessThanOrEqual(screen ?? 0)
  })

  // The colours of a row do not depend on its content.
  for (const colorScheme of name === 'no event' || name === 'thirty events'
    ? (['light', 'dark'] as const)
    : (['light'] as const))
    test(`axe finds nothing on the page with ${name}, ${colorScheme} @chromium`, async ({ page: tab, start }) => {
      const troubles: string[] = []
      tab.on('pageerror', ({ message }) => troubles.push(message))
      tab.on('console', (message) => message.type() === 'error' && troubles.push(message.text()))
      tab.on('dialog', (dialog) => void dialog.dismiss().then(() => troubles.push('a dialog')))
      await tab.emulateMedia({ colorScheme })
      const origin = await start(campaigns)
      await tab.goto(origin)
      await expect(tab.locator('tfoot')).toBeVisible()
      await expectFollower(origin)
      await post(origin, bodyOf(100, 'fresh'))
      await expect(tab.locator('.arrivals > li')).toHaveCount(1)
      expect((await new AxeBuilder({ page: tab }).setLegacyMode().analyze()).violations).toEqual([])
      expect(troubles).toEqual([])
    })
}

test('the page sorts, shows what comes by itself, and names the field of a refusal @everywhere', async ({
  tab,
  start,
}) => {
  const origin = await start(['b', 'b', '', 'a'])
  await tab.goto(origin)
  await expectTexts(tab, 'tbody th', ['b', '(types without a campaign)', 'a'])
  await click(tab, 'thead th:first-child button')
  await expectTexts(tab, 'tbody th', ['(types without a campaign)', 'a', 'b'])
  await expectFollower(origin)
  await post(origin, bodyOf(10, 'fresh\u202e'))
  await post(origin, bodyOf(10, 'fresh\u202e'))
  await post(origin, bodyOf(11, '').replace('"c"', '""'))
  await expectTexts(tab, '.arrivals .badge', ['refused', 'known', 'stored'])
  await expectTexts(tab, '.arrivals .campaign', ['', 'fresh⟨U+202E⟩', 'fresh⟨U+202E⟩'])
  await expectTexts(tab, '#status', ['5 conversions'])
  await expectTexts(tab, '#refused strong', ['/body/customerId'])
})

/** The texts that the page has drawn, in order. */
const drawnOn = (tab: Page): Promise<readonly string[]> =>
  tab.evaluate(() => Reflect.get(window, 'drawn') as readonly string[])

test('the page names whole days and campaigns beside the first bars that it draws @chromium', async ({
  page: tab,
  start,
}) => {
  await tab.addInitScript(() => {
    const drawn: string[] = []
    Object.assign(window, { drawn })
    const { fillText } = CanvasRenderingContext2D.prototype
    CanvasRenderingContext2D.prototype.fillText = function (text, ...place) {
      drawn.push(text)
      fillText.call(this, text, ...place)
    }
  })
  await tab.goto(await start(['spring sale of 2026']))
  const firstLike = async (pattern: RegExp) => (await drawnOn(tab)).find((text) => pattern.test(text))
  await expect.poll(() => firstLike(/^spring/)).toBe('spring sale of 2026')
  await expect.poll(() => firstLike(/^20/)).toMatch(/^20\d\d-\d\d-\d\d$/)
})

test('with a token the page asks for it, and keeps it in the tab @everywhere', async ({ tab, start }) => {
  await tab.goto(await start(['spring'], token))
  await expectTexts(tab, '#status', ['Reading needs a token.'])
  await giveToken(tab, 'wrong')
  await expectTexts(tab, '#status', ['This is not the token of the endpoint.'])
  await giveToken(tab, token)
  await expectTexts(tab, '#status', ['1 conversion'])
  await tab.reload()
  await expectTexts(tab, '#status', ['1 conversion'])
  expect(await tab.evaluate(() => location.href + document.cookie + JSON.stringify(localStorage))).not.toContain(token)
})

test('the page reports that a proxy does not pass on the stream, until it does @chromium', async ({
  page: tab,
  start,
}) => {
  await tab.route('**/customer-actions/stream*', (route) => route.fulfill({ status: 404, body: 'not here' }))
  await tab.goto(await start([]))
  const report = tab.getByText('The stream cannot be reached.')
  await expect(report).toBeVisible()
  await expect(tab.getByText('Nothing has arrived since this page was opened.')).toBeVisible()
  await tab.unrouteAll()
  await expect(report).toBeHidden()
})

test('the page follows the stream of a store that was restored meanwhile @chromium', async ({ page: tab, start }) => {
  await tab.route('**/customer-actions/stream*', (route) => route.fulfill({ body: 'id: 1.0a0b0c0d\n\n' }), { times: 1 })
  const origin = await start([])
  await tab.goto(origin)
  await expectFollower(origin)
  await post(origin, bodyOf(0, 'fresh'))
  await expect(tab.locator('.arrivals > li')).toHaveCount(1)
})

test('the page shows fields that the contract does not name, whatever is in them @chromium', async ({
  page: tab,
  start,
}) => {
  const origin = await start([])
  await tab.goto(origin)
  await expectFollower(origin)
  const odd = { seven: 7, nothing: null, list: ['\u202e'] }
  await post(origin, bodyOf(0, 'x').replace(/"utmParameters":{[^}]*}/, `"utmParameters":${JSON.stringify(odd)}`))
  await expect(tab.locator('.arrivals dl').first()).toHaveText('seven7nothingnulllist["⟨U+202E⟩"]customerIdc')
})

test('the file has what the table shows, in its order @chromium', async ({ page: tab, start }) => {
  await tab.goto(await start(['=1', 'b', '', 'b']))
  await tab.getByRole('button', { name: 'Name' }).click()
  const [download] = await Promise.all([
    tab.waitForEvent('download'),
    tab.getByRole('button', { name: 'Save as CSV' }).click(),
  ])
  expect(download.suggestedFilename()).toMatch(/^conversions-by-campaign-\d{4}-\d\d-\d\d-\d{4}-\d\d-\d\d\.csv$/)
  expect(
    readFileSync(await download.path(), 'utf8')
      .split('\r\n')
      .slice(1),
  ).toEqual([
    '(types without a campaign),0,0,1,0,1,25.0 %',
    "'=1,1,0,0,0,1,25.0 %",
    'b,2,0,0,0,2,50.0 %',
    'All,3,0,1,0,4,100.0 %',
    '',
  ])
})
