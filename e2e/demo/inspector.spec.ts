import type { Page } from 'playwright/test'
import { arrivals, expect, readTerms, test } from '../support/demo'

const waiting = (page: Page) => page.locator('.outbox > li')
const choose = (page: Page, name: string) => page.getByRole('radio', { name }).check()
const apply = (page: Page) => page.getByRole('button', { name: 'Apply promotion' }).click()

const FAILURES = [
  ['Says 503', 'the last answered with 503'],
  ['Hangs', 'waiting for an answer'],
  ['Is away', 'no answer to the last'],
] as const

test(
  'an event recorded while the endpoint fails waits, outlives a reload, and arrives',
  { tag: '@chromium' },
  async ({ page, demo }) => {
    await page.goto(demo.address)
    await page.goto(demo.app())
    for (const [index, [failure, sentence]] of FAILURES.entries())
      await test.step(failure, async () => {
        await choose(page, failure)
        await apply(page)
        await expect(waiting(page)).toContainText(sentence)
        await expect(page.locator('#panel-summary')).toHaveText(`${index} stored · 1 waiting`)
        await page.reload()
        await expect(waiting(page)).toContainText('PROMOTION_APPLIED')
        await expect(page.getByRole('radio', { name: failure })).toBeChecked()
        expect(await demo.stored()).toHaveLength(index)

        await choose(page, 'Works')
        await expect(waiting(page)).toHaveCount(0)
        await expect(arrivals(page)).toHaveCount(index + 1)
        await expect(page.locator('.tour > li').last()).toHaveClass('seen')
        expect((await demo.stored())[index]?.body).toMatchObject({
          interaction: { type: 'PROMOTION_APPLIED' },
          utmParameters: { utmCampaign: 'spring_sale' },
        })
      })
  },
)

test(
  'the outbox counts attempts, and says when the endpoint asked to be tried again',
  { tag: '@chromium' },
  async ({ page, demo }) => {
    await page.goto(demo.app())
    await choose(page, 'Says 503')
    await apply(page)
    await expect(waiting(page)).toContainText(
      /1 attempt, the last answered with 503, next try in [1-5] s, as the endpoint asked \(Retry-After\)/,
    )
    await expect(waiting(page)).toContainText('2 attempts')
  },
)

// A browser repeats a request by itself on each connection that was kept. The outbox would count that as attempts.
test('while the endpoint fails the demo keeps no connection', { tag: '@chromium' }, async ({ request, demo }) => {
  const isKept = async () => (await request.get(demo.local('/app'))).headers()['connection'] !== 'close'
  expect(await isKept()).toBe(true)
  for (const [weather, kept] of [
    ['away', false],
    ['drops', false],
    ['up', true],
  ] as const) {
    const change = await request.post(demo.local('/demo/weather'), {
      data: weather,
      headers: { origin: new URL(demo.local()).origin },
    })
    expect([change.ok(), change.headers()['connection']]).toEqual([true, 'close'])
    expect(await isKept()).toBe(kept)
  }
})

test('an answer that is slow is waited for', { tag: '@chromium' }, async ({ page, demo }) => {
  await page.goto(demo.app())
  await choose(page, 'Is slow')
  await apply(page)
  await expect(waiting(page)).toContainText('1 attempt, waiting for an answer')
  await expect(waiting(page)).toHaveCount(0)
  expect(await demo.stored()).toHaveLength(1)
})

test('an answer that is lost leads to a repeat, which is recognised', { tag: '@chromium' }, async ({ page, demo }) => {
  await page.goto(demo.app())
  await choose(page, 'Loses answers')
  await apply(page)
  await expect(arrivals(page).first()).toContainText('known already')
  await expect(waiting(page)).toHaveCount(1)
  await choose(page, 'Works')
  await expect(waiting(page)).toHaveCount(0)
  expect(await demo.stored()).toHaveLength(1)
})

test(
  'the newest event sent again is known, and a broken one is refused with the reason',
  { tag: '@chromium' },
  async ({ page, demo }) => {
    await page.goto(demo.app())
    const again = page.getByRole('button', { name: 'Send the newest event again' })
    await expect(again).toBeDisabled()
    await apply(page)
    await expect(again).toBeEnabled()
    // The button moves when the event leaves the outbox above it: a press during the move is no click.
    await expect(page.locator('.outbox > li')).toHaveCount(0)
    await again.click()
    await expect(arrivals(page).first()).toContainText('Recognised: known already')
    await page.getByRole('button', { name: 'Send a broken one' }).click()
    await expect(arrivals(page).first()).toContainText(/Refused: .*customerId/)
    expect(await demo.stored()).toHaveLength(1)
  },
)

test(
  'the picture counts by campaign and type, and a correction is no conversion',
  { tag: '@chromium' },
  async ({ page, demo }) => {
    await page.goto(demo.address)
    await page.goto(demo.app())
    await page.getByRole('button', { name: 'Sign up' }).click()
    await apply(page)
    await apply(page)
    await page.getByRole('button', { name: 'Cancel' }).click()
    await expect(arrivals(page)).toHaveCount(4)
    await page.evaluate(() => {
      window.wasabi?.update('123456789', { subscriptionContractId: '2' })
    })
    await expect(arrivals(page)).toHaveCount(5)

    await page.getByText('As a table').click()
    await expect(page.getByRole('row')).toHaveText([
      'NameSign-upsRestartsCancellationsPromotionsTotal ▾Share',
      'spring_sale1002375.0 %',
      '(types without a campaign)0010125.0 %',
      'All10124100.0 %',
    ])
    const drawn = () =>
      page.locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
        const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? []
        return new Set(
          Array.from({ length: pixels.length / 4 }, (_, index) => pixels.slice(index * 4, index * 4 + 3).join()),
        ).size
      })
    // Two types of spring_sale and one without a campaign: three colours, and the shades between them.
    await expect.poll(drawn).toBeGreaterThan(3)
  },
)

test('the page of its own shows the same, and has no tag', { tag: '@chromium' }, async ({ page, demo }) => {
  await page.goto(demo.address)
  await page.goto(demo.app())
  await page.getByRole('button', { name: 'Sign up' }).click()
  await expect(arrivals(page)).toHaveCount(1)
  const beside = await page.context().newPage()
  await beside.goto(demo.app('/inspector'))
  await expect(arrivals(beside)).toContainText('SIGN_UP')
  expect(await readTerms(beside, 'This browser')).toEqual(await readTerms(page, 'This browser'))
  expect(await beside.evaluate(() => 'wasabi' in window)).toBe(false)
  await page.getByRole('button', { name: 'Restart' }).click()
  await expect(arrivals(beside).first()).toContainText('SUBSCRIPTION_RESTARTED')
})

test(
  'garbage under its keys leaves the inspector standing',
  { tag: '@chromium' },
  async ({ page, demo, complaints }) => {
    await page.goto(demo.app('/inspector'))
    await page.evaluate(() => {
      for (const [key, value] of [
        ['C.1', '{'],
        ['C.2', 'null'],
        ['J.3', '{"body":1}'],
        ['U.4', '[]'],
        ['wait', 'soon'],
      ])
        localStorage.setItem(`wasabi.${key}`, value ?? '')
      document.cookie = 'wasabi_utm=%E0%A4%A; path=/'
      document.cookie = 'wasabi_id=; path=/'
    })
    await page.reload()
    await expect(page.getByText('Nothing waits: the endpoint has every event.')).toBeVisible()
    expect(complaints).toEqual([])
  },
)

test('a panel that was closed stays closed on the next page', { tag: '@chromium' }, async ({ page, demo }) => {
  await page.goto(demo.shop())
  const tour = page.getByRole('region', { name: 'Two-minute tour' })
  await expect(tour).toBeVisible()
  await page.getByRole('button', { name: 'Inspector' }).click()
  await expect(tour).toBeHidden()
  await page.goto(demo.shop('/pricing'))
  await expect(tour).toBeHidden()
  await page.getByRole('button', { name: 'Inspector' }).click()
  await expect(tour).toBeVisible()
})

test('thirty events are a short list, which opens whole', { tag: '@chromium' }, async ({ page, demo }) => {
  await page.goto(demo.address)
  await page.goto(demo.app())
  await page.evaluate(() => {
    for (let count = 0; count < 30; count++) window.wasabi?.track('SIGN_UP', { customerId: `customer-${count}` })
  })
  await expect(arrivals(page)).toHaveCount(30)
  const shown = arrivals(page).filter({ visible: true })
  await expect(shown).toHaveCount(6)
  await page.getByRole('button', { name: 'Show the newest 30' }).click()
  await expect(shown).toHaveCount(30)
  // No line is cut: the list is as high as its content.
  expect(await page.locator('.arrivals').evaluate((list) => list.scrollHeight - list.clientHeight)).toBe(0)
  await expect(arrivals(page).first()).toContainText('spring_sale')
  await expect(arrivals(page).first().getByText('interactionId', { exact: true })).toBeHidden()
})

test('an outbox bears the name of its host', { tag: '@chromium' }, async ({ page, demo }) => {
  for (const [url, host] of [
    [demo.shop('/pricing'), 'wasabi.localhost'],
    [demo.app(), 'app.wasabi.localhost'],
  ] as const) {
    await page.goto(url)
    await expect(page.getByRole('heading', { name: 'Outbox' })).toHaveText(`Outbox of ${host}`)
  }
})

test(
  'a label that is cut has its whole as a tooltip, and no head of the table breaks',
  { tag: '@chromium' },
  async ({ page, demo }) => {
    const campaign = 'a_campaign_with_a_name_that_is_too_long_for_the_axis'
    await page.goto(demo.shop(`/pricing?utm_campaign=${campaign}`))
    await page.evaluate(() => window.wasabi?.track('SIGN_UP', { customerId: '7' }))
    const canvas = page.locator('canvas')
    await expect
      .poll(async () => {
        await canvas.hover({ position: { x: 20, y: 80 } })
        return canvas.getAttribute('title')
      })
      .toBe(campaign)
    await page.getByText('As a table').click()
    for (const head of await page.getByRole('columnheader').all())
      expect((await head.boundingBox())?.height).toBeLessThan(48)
  },
)
