import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import { expect, test as base } from 'playwright/test'
import { fileURLToPath } from 'node:url'
import { validate } from '../src/endpoint/action/validate'
import { createHandler } from '../src/endpoint/http/endpoint'
import { openStore } from '../src/endpoint/store/open'

const token = 'a-token-of-some-length'
const page = fileURLToPath(new URL('../dist/page', import.meta.url))

const hostile = [
  '<img src=x onerror=alert(1)>',
  "'; DROP TABLE event; --",
  '=HYPERLINK("x")',
  '__proto__',
  'x'.repeat(5000),
]

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

for (const [name, campaigns] of [
  ['no event', []],
  ['one event', ['spring']],
  ['thirty events', Array.from({ length: 30 }, (_, index) => ['spring', 'mail', ''][index % 3] ?? '')],
  ['hostile values', hostile],
] as const)
  test(`the page shows ${name}, and axe finds nothing @chromium`, async ({ page: tab, start }) => {
    const troubles: string[] = []
    tab.on('pageerror', ({ message }) => troubles.push(message))
    tab.on('console', (message) => message.type() === 'error' && troubles.push(message.text()))
    tab.on('dialog', (dialog) => void dialog.dismiss().then(() => troubles.push('a dialog')))
    await tab.goto(await start(campaigns))
    await expect(tab.locator('#status')).toHaveText(`${String(campaigns.length)} conversions`)
    for (const campaign of campaigns)
      if (campaign !== '' && campaign.length < 200) await expect(tab.getByRole('table')).toContainText(campaign)
    await expect(tab.locator('tfoot td').last()).toHaveText(campaigns.length === 0 ? '–' : '100.0 %')
    expect((await new AxeBuilder({ page: tab }).analyze()).violations).toEqual([])
    expect(troubles).toEqual([])
  })

test('a table sorts, a new event comes in by itself, and a refusal names its field @chromium', async ({
  page: tab,
  start,
}) => {
  const origin = await start(['b', 'b', '', 'a'])
  await tab.goto(origin)
  const first = tab.locator('tbody th').first()
  await expect(first).toHaveText('b')
  await tab.getByRole('button', { name: 'Name' }).click()
  await expect(first).toHaveText('(types without a campaign)')
  await tab.request.post(`${origin}/customer-actions`, { data: bodyOf(10, 'fresh') })
  await tab.request.post(`${origin}/customer-actions`, { data: bodyOf(11, 'fresh').replace('"c"', '""') })
  await expect(tab.locator('#stream li')).toHaveCount(2)
  await expect(tab.locator('#status')).toHaveText('5 conversions')
  await expect(tab.locator('#refused')).toContainText('/body/customerId must not be empty')
})

test('with a token the page asks for it, and keeps it in the tab @chromium', async ({ page: tab, start }) => {
  const urls: string[] = []
  tab.on('request', (request) => urls.push(request.url()))
  await tab.goto(await start(['spring'], token))
  await tab.getByLabel('Token for reading').fill('wrong')
  await tab.getByRole('button', { name: 'Open' }).click()
  await expect(tab.locator('#status')).toHaveText('Reading needs a token.')
  await tab.getByLabel('Token for reading').fill(token)
  await tab.getByRole('button', { name: 'Open' }).click()
  await expect(tab.locator('#status')).toHaveText('1 conversions')
  await tab.reload()
  await expect(tab.locator('#status')).toHaveText('1 conversions')
  expect(urls.filter((url) => url.includes(token))).toEqual([])
})
