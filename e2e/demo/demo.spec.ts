import { readFileSync } from 'node:fs'
import type { Page } from 'playwright/test'
import { arrivals, expect, readTerms, SEED_QUERY, startProgram, test } from '../support/demo'

const SEED_CAMPAIGN = {
  utmSource: '123456789',
  utmMedium: 'youtube',
  utmCampaign: 'spring_sale',
  utmContent: 'banner_ad',
  utmTerms: 'cats+kitten+food',
}

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

const seedEvent = (type: string, interactionId: unknown) => ({
  eventType: 'CUSTOMER_ACTION',
  eventAction: 'CREATED',
  version: 1,
  body: {
    interactionId,
    customerId: '123456789',
    interaction: { type, subscriptionContractId: '12345678' },
    utmParameters: SEED_CAMPAIGN,
    createdAt: expect.stringMatching(ISO) as unknown,
    updatedAt: expect.stringMatching(ISO) as unknown,
  },
})

test(
  'the campaign’s link, the link to the app, Sign up and Apply promotion give the example of the schema',
  { tag: '@chromium' },
  async ({ page, demo, complaints }) => {
    await page.goto(demo.address)
    await page.getByRole('link', { name: 'Go to the app' }).click()
    await expect(page).toHaveURL(demo.app())
    await page.getByRole('button', { name: 'Sign up' }).click()
    await expect(arrivals(page).first()).toContainText('SIGN_UP')
    await page.getByRole('button', { name: 'Apply promotion' }).click()
    await expect(arrivals(page).first()).toContainText('PROMOTION_APPLIED')
    await expect(arrivals(page)).toHaveCount(2)
    await expect(arrivals(page).first()).toContainText('cats+kitten+food')

    const uuid = expect.stringMatching(/^[\da-f]{8}-[\da-f-]{27}$/) as unknown
    expect(await demo.stored()).toEqual([seedEvent('SIGN_UP', '123456789'), seedEvent('PROMOTION_APPLIED', uuid)])
    expect(complaints).toEqual([])
  },
)

test(
  'on plain localhost shop and app share one host, and all else is alike',
  { tag: '@chromium' },
  async ({ page, demo }) => {
    await page.goto(demo.local(`/${SEED_QUERY}`))
    await page.getByRole('link', { name: 'Go to the app' }).click()
    await expect(page).toHaveURL(demo.local('/app'))
    await page.getByRole('button', { name: 'Sign up' }).click()
    await expect(arrivals(page)).toHaveCount(1)
    expect(await demo.stored()).toEqual([seedEvent('SIGN_UP', '123456789')])
  },
)

const LINKS = [
  ['Watch, and click the banner', SEED_CAMPAIGN],
  [
    'Your present inside',
    { utmSource: 'whisker_letter', utmMedium: 'email', utmCampaign: 'issue_12', utmContent: 'last_button' },
  ],
  [
    'Best kitten food from € 9',
    { utmSource: 'google', utmMedium: 'cpc', utmCampaign: 'search_brand', utmTerms: 'best+kitten+food' },
  ],
  ['Swipe up for the rescue box', { utmSource: 'instagram', utmMedium: 'social', utmCampaign: 'rescue_story' }],
] as const

test('each link puts its campaign on a conversion', { tag: '@chromium' }, async ({ page, demo }) => {
  for (const [index, [link, campaign]] of LINKS.entries())
    await test.step(link, async () => {
      await page.goto(demo.shop('/links'))
      await page.getByRole('link', { name: link }).click()
      // The script never saw a landing that was left before it ran.
      await expect.poll(() => readTerms(page, 'Campaign of the next conversion')).toMatchObject(campaign)
      await page
        .getByRole('link', { name: /(Go|Go on) to the app/ })
        .or(page.getByRole('link', { name: 'Choose Regular' }))
        .click()
      await page.getByRole('button', { name: 'Apply promotion' }).click()
      await expect(arrivals(page)).toHaveCount(index + 1)
      expect((await demo.stored())[index]?.body.utmParameters).toEqual(campaign)
    })
})

test("a friend's link leaves the campaign as it was", { tag: '@chromium' }, async ({ page, demo }) => {
  await page.goto(demo.address)
  await page.goto(demo.shop('/links'))
  await page.getByRole('link', { name: 'nibble.example' }).click()
  await expect(page).toHaveURL(demo.shop())
  await expect.poll(() => readTerms(page, 'Campaign of the next conversion')).toEqual(SEED_CAMPAIGN)
})

test(
  "a stranger's script stays text, and the mail address is left out",
  { tag: '@chromium' },
  async ({ page, demo, complaints }) => {
    await page.goto(demo.shop('/links'))
    await page.getByRole('link', { name: 'Free food!!!' }).click()
    const hostile = { utmSource: '<img src=x onerror=alert(1)>', utmMedium: '<script>alert(2)</script>' }
    await expect
      .poll(() => readTerms(page, 'Campaign of the next conversion'))
      .toMatchObject({ ...hostile, utmTerms: '–' })
    await page.getByRole('link', { name: 'Go to the app' }).click()
    await page.getByRole('button', { name: 'Sign up' }).click()
    await expect(arrivals(page).first()).toContainText(hostile.utmSource)
    await expect(page.locator('.inspector img')).toHaveCount(0)
    expect((await demo.stored())[0]?.body.utmParameters).toEqual(hostile)
    expect(complaints).toEqual([])
  },
)

test(
  'a promotion claimed by a visitor is corrected to the customer who signs up later',
  { tag: '@chromium' },
  async ({ page, demo }) => {
    await page.goto(demo.shop('/newsletter?utm_source=whisker_letter'))
    await page.getByRole('button', { name: 'Claim the code' }).click()
    await expect(arrivals(page)).toHaveCount(1)
    await page.getByRole('link', { name: 'Go on to the app' }).click()
    await page.getByRole('button', { name: 'Sign up' }).click()
    await expect(arrivals(page).first()).toContainText('SIGN_UP')
    await page.goto(demo.shop())
    await expect(arrivals(page).first()).toContainText('corrected')

    const [claimed, , corrected] = await demo.stored()
    expect(claimed?.body.customerId).toMatch(/^visitor-/)
    expect(corrected).toMatchObject({
      eventAction: 'UPDATED',
      body: { interactionId: claimed?.body.interactionId, customerId: '123456789' },
    })
  },
)

test(
  'cancelling and restarting carry no campaign, and logging out keeps it',
  { tag: '@chromium' },
  async ({ page, demo }) => {
    await page.goto(demo.address)
    await page.goto(demo.app())
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('button', { name: 'Restart' }).click()
    await expect(arrivals(page)).toHaveCount(2)
    const events = await demo.stored()
    expect(events.map(({ body }) => body.interaction.type).sort()).toEqual([
      'SUBSCRIPTION_CANCELLED',
      'SUBSCRIPTION_RESTARTED',
    ])
    for (const { body } of events) expect(body).not.toHaveProperty('utmParameters')

    await page.getByRole('button', { name: 'Sign up' }).click()
    await expect
      .poll(() => readTerms(page, 'This browser'))
      .toMatchObject({
        customer: '123456789',
        'recorded here': expect.stringContaining('SIGN_UP 123456789') as unknown,
      })
    await page.getByRole('button', { name: 'Log out' }).click()
    await expect.poll(() => readTerms(page, 'This browser')).toMatchObject({ customer: '–', 'recorded here': '–' })
    expect(await readTerms(page, 'Campaign of the next conversion')).toEqual(SEED_CAMPAIGN)
  },
)

/** The steps of the tour that this visitor has seen. */
const seen = (page: Page) => page.locator('.tour > .seen .text')

test(
  'a second visitor has a number and a tour of their own, beside the events of the first',
  { tag: '@chromium' },
  async ({ page, browser, demo }) => {
    await page.goto(demo.address)
    await page.goto(demo.app())
    await page.getByRole('radio', { name: 'Is away' }).check()
    await page.getByRole('button', { name: 'Sign up' }).click()
    await expect(page.locator('.outbox > li')).toContainText('no answer to the last')
    await page.getByRole('radio', { name: 'Works' }).check()
    await expect(arrivals(page)).toHaveCount(1)
    await expect(seen(page)).toHaveCount(4)

    const second = await (await browser.newContext()).newPage()
    await second.goto(demo.shop('/pricing'))
    await expect(arrivals(second)).toHaveCount(1)
    await expect(seen(second)).toHaveCount(0)
    await second.goto(demo.address)
    await second.getByRole('link', { name: 'Go to the app' }).click()
    await expect(seen(second)).toHaveText(['Arrive by a campaign link.', 'Open the app, on another host.'])
    await second.getByRole('button', { name: 'Sign up' }).click()
    await expect(seen(second)).toHaveCount(3)
    await expect(arrivals(second)).toHaveCount(2)
    await expect(arrivals(second).first()).toContainText('stored')
    const [first, other] = await demo.stored()
    expect(first?.body.customerId).toBe('123456789')
    expect(other?.body.customerId).toMatch(/^\d{9}$/)
    expect(other?.body.customerId).not.toBe('123456789')
    expect(other?.body.utmParameters).toEqual(SEED_CAMPAIGN)
  },
)

test('starting over makes a visitor somebody new', { tag: '@chromium' }, async ({ page, demo }) => {
  await page.goto(demo.address)
  await page.goto(demo.app())
  await page.getByRole('button', { name: 'Sign up' }).click()
  await expect(arrivals(page)).toHaveCount(1)
  await page.reload()
  await page.getByRole('button', { name: 'Sign up' }).click()
  await page.getByRole('link', { name: 'Start over' }).click()
  await expect(page).toHaveURL(demo.address)
  await expect.poll(() => readTerms(page, 'Campaign of the next conversion')).toEqual(SEED_CAMPAIGN)
  await expect(seen(page)).toHaveText(['Arrive by a campaign link.'])
  await page.getByRole('link', { name: 'Go to the app' }).click()
  await expect.poll(() => readTerms(page, 'This browser')).toMatchObject({ customer: '–', 'recorded here': '–' })
  await page.getByRole('button', { name: 'Sign up' }).click()
  await expect.poll(async () => (await demo.stored()).length).toBe(2)
  const [, fresh] = await demo.stored()
  expect(fresh?.body.customerId).toMatch(/^\d{9}$/)
  expect(fresh?.body.customerId).not.toBe('123456789')
})

test('each step of the tour leads to where it is done', { tag: '@chromium' }, async ({ page, demo }) => {
  await page.goto(demo.shop('/pricing'))
  const step = (name: string) => page.locator('.tour').getByRole('link', { name })
  await step('Arrive by a campaign link').click()
  await expect(page).toHaveURL(demo.shop('/links'))
  await step('Open the app').click()
  await expect(page).toHaveURL(demo.app())
  await step('Choose “Is away”').click()
  await expect(page.getByRole('radio', { name: 'Is away' })).toBeInViewport()
})

test('the header marks where one is', { tag: '@chromium' }, async ({ page, demo }) => {
  for (const [url, name] of [
    [demo.shop('/pricing'), 'Plans'],
    [demo.shop('/links'), 'Ways to arrive'],
    [demo.app(), 'App'],
    [demo.app('/inspector'), 'Inspector'],
  ] as const) {
    await page.goto(url)
    await expect(page.locator('.top [aria-current="page"]')).toHaveText(name)
  }
})

test(
  'with consent asked for, nothing is kept or sent before the answer, and nothing is lost after it',
  { tag: '@chromium' },
  async ({ page, context, demo }) => {
    await page.goto(demo.app())
    const question = page.getByRole('region', { name: 'May we remember what brought you here?' })
    await page.getByRole('checkbox', { name: 'Ask for consent first' }).click()
    await expect(question).toBeVisible()
    await page.goto(demo.address)
    await expect(question).toBeVisible()
    await page.goto(demo.shop(`/pricing${SEED_QUERY}`))
    await page.evaluate(() => window.wasabi?.track('PROMOTION_APPLIED', { interactionId: 'early' }))
    expect((await context.cookies()).map(({ name }) => name).sort()).toEqual(['demo_account', 'demo_consent'])
    // The known campaign is shown, though nothing is stored.
    await expect.poll(() => readTerms(page, 'Campaign of the next conversion')).toEqual(SEED_CAMPAIGN)
    await expect(page.getByText('Nothing is stored before consent.')).toBeVisible()
    expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([])
    expect(await demo.stored()).toEqual([])

    await question.getByRole('button', { name: 'Yes, remember' }).click()
    await expect(question).toBeHidden()
    await expect(arrivals(page)).toHaveCount(1)
    const [event] = await demo.stored()
    expect(event?.body).toMatchObject({ interactionId: 'early', utmParameters: SEED_CAMPAIGN })
    await page.goto(demo.app())
    await expect(page.locator('#consent')).toBeHidden()
  },
)

test(
  'a refusal is remembered, and the inspector says that nothing is sent',
  { tag: '@chromium' },
  async ({ page, demo }) => {
    await page.goto(demo.app())
    await page.getByRole('checkbox', { name: 'Ask for consent first' }).click()
    await page.getByRole('button', { name: 'No, thanks' }).click()
    await expect
      .poll(() => readTerms(page, 'This browser'))
      .toMatchObject({ consent: 'refused: nothing is stored or sent' })
    await page.getByRole('button', { name: 'Sign up' }).click()
    await page.getByRole('button', { name: 'Send a broken one' }).click()
    await expect(arrivals(page)).toHaveCount(1)
    await expect(arrivals(page)).toContainText('refused')
    expect(await demo.stored()).toEqual([])
  },
)

test(
  'every page has the stub as it was built, the tag, and a policy that allows nothing else inline',
  { tag: '@chromium' },
  async ({ demo, request }) => {
    const stub = readFileSync('dist/stub.js', 'utf8').trim()
    for (const path of ['/', '/newsletter', '/pricing', '/offers', '/links', '/app']) {
      const answer = await request.get(demo.local(path))
      const html = await answer.text()
      expect(html).toContain(
        `<script>${stub}</script>\n<script async src="/wasabi.js" data-endpoint="/customer-actions"></script>`,
      )
      expect(html.match(/<script>/g)).toHaveLength(1)
      expect(html).not.toMatch(/<!-- \w+ -->| on\w+=| style=/)
      expect(answer.headers()['content-security-policy']).toContain("script-src 'self' 'sha256-")
    }
  },
)

test(
  'the demo answers to names of this machine, keeps the query in a redirect, and serves nothing outside of its folder',
  { tag: '@chromium' },
  async ({ demo, request }) => {
    const { port } = new URL(demo.address)
    for (const path of ['/', '/demo/live', '/customer-actions']) {
      expect(
        (await request.get(`http://127.0.0.1:${port}${path}`, { headers: { host: 'evil.example' } })).status(),
      ).toBe(403)
    }
    const moved = await request.get(`http://127.0.0.1:${port}/pricing?utm_source=x`, {
      headers: { host: `app.wasabi.localhost:${port}` },
      maxRedirects: 0,
    })
    expect(moved.headers().location).toBe(demo.shop('/pricing?utm_source=x'))
    for (const path of ['/%2e%2e/server.ts', '/..%2fserver.ts', '/%', '/parts/../../server.ts']) {
      expect((await request.get(`http://127.0.0.1:${port}${path}`)).status()).toBe(404)
    }
    // A page that posts to a mistyped address must not read a file as a receipt.
    expect((await request.post(`http://127.0.0.1:${port}/customer-action`, { data: '{}' })).status()).toBe(405)
    const change = await request.post(`http://127.0.0.1:${port}/demo/weather`, {
      data: 'away',
      headers: { origin: 'http://evil.example' },
    })
    expect(change.status()).toBe(400)
  },
)

test(
  'the printed address is the campaign’s link; what was stored outlives the demo, and is shown at its next start',
  { tag: '@chromium' },
  async ({ page }, testInfo) => {
    const file = testInfo.outputPath('wasabi.sqlite')
    const first = await startProgram(file)
    expect(first.address).toBe(first.shop(`/${SEED_QUERY}`))
    await page.goto(first.address)
    await page.goto(first.app())
    await page.getByRole('button', { name: 'Sign up' }).click()
    await expect(arrivals(page)).toHaveCount(1)
    expect(await first.stop()).toBe(0)

    const second = await startProgram(file)
    await page.goto(second.shop())
    await expect(arrivals(page).first()).toContainText('SIGN_UP')
    await second.stop()
  },
)
