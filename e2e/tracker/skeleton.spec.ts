import { expect, test } from '../support/fixtures'

const SEED_QUERY =
  '?utm_source=123456789&utm_medium=youtube&utm_campaign=spring_sale&utm_content=banner_ad&utm_term=cats+kitten+food'

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

test(
  'a campaign link and one click give the example of the schema',
  { tag: '@everywhere' },
  async ({ tab, site, endpoint, wasabi }) => {
    site.put('/', wasabi())
    site.put(
      '/app',
      `${wasabi()}<button onclick="wasabi.track('SIGN_UP', { customerId: '123456789', interactionId: '123456789', subscriptionContractId: '12345678' })">Sign up</button>`,
    )
    await tab.goto(site.url(`/${SEED_QUERY}`))
    await tab.goto(site.url('/app'))
    await tab.evaluate(() => document.querySelector('button')?.click())

    const [event] = await endpoint.holds(1)
    expect(event).toEqual({
      eventType: 'CUSTOMER_ACTION',
      eventAction: 'CREATED',
      version: 1,
      body: {
        interactionId: '123456789',
        customerId: '123456789',
        interaction: { type: 'SIGN_UP', subscriptionContractId: '12345678' },
        utmParameters: {
          utmSource: '123456789',
          utmMedium: 'youtube',
          utmCampaign: 'spring_sale',
          utmContent: 'banner_ad',
          utmTerms: 'cats+kitten+food',
        },
        createdAt: expect.stringMatching(ISO) as unknown,
        updatedAt: event?.body.createdAt,
      },
    })
  },
)

test(
  'a call made before the script arrives keeps its time, its address and its id',
  { tag: '@everywhere' },
  async ({ tab, site, endpoint, wasabi }) => {
    site.put(
      '/',
      `<script>
      window.early = { before: Date.now(), id: wasabi.track('PROMOTION_APPLIED'), after: Date.now() }
      history.replaceState(null, '', '/clean')
    </script>${wasabi()}`,
    )
    await tab.goto(site.url('/?utm_source=early'))
    const [event] = await endpoint.holds(1)
    const early = await tab.evaluate(
      () => Reflect.get(window, 'early') as { before: number; id: string; after: number },
    )
    expect(event?.body.interactionId).toBe(early.id)
    expect(event?.body.utmParameters).toEqual({ utmSource: 'early' })
    const createdAt = Date.parse(event?.body.createdAt ?? '')
    expect(createdAt).toBeGreaterThanOrEqual(early.before)
    expect(createdAt).toBeLessThanOrEqual(early.after)
  },
)

test('a page without a campaign sends no utmParameters and sets no cookie at load', async ({
  tab,
  site,
  endpoint,
  wasabi,
}) => {
  site.put('/', wasabi())
  await tab.goto(site.url('/?ref=friend'))
  expect(await tab.evaluate(() => document.cookie)).toBe('')
  expect(endpoint.arrivals).toEqual([])
  await tab.evaluate(() => window.wasabi?.track('SIGN_UP'))

  const [event] = await endpoint.holds(1)
  expect(event?.body).not.toHaveProperty('utmParameters')
  expect(event?.body.customerId).toMatch(/^visitor-[\da-f-]{36}$/)
})

test('an event is one text/plain POST without preflight or cookies', async ({ tab, site, endpoint, wasabi }) => {
  site.put('/', wasabi())
  await tab.goto(site.url('/?utm_source=x'))
  await tab.evaluate(() => window.wasabi?.track('SIGN_UP'))
  await endpoint.holds(1)
  expect(endpoint.arrivals.map(({ method }) => method)).toEqual(['POST'])
  expect(endpoint.arrivals[0]?.headers['content-type']).toMatch(/^text\/plain/)
  expect(endpoint.arrivals[0]?.headers.cookie).toBeUndefined()
})

test('an endpoint that is away throws nothing into the page', async ({ tab, site, endpoint, wasabi }) => {
  site.put('/', wasabi())
  await endpoint.goAway()
  await tab.goto(site.url('/'))
  await tab.evaluate(() => window.wasabi?.track('SIGN_UP'))
  await expect.poll(() => site.complaints.filter((text) => text.startsWith('wasabi:'))).toHaveLength(1)
  expect(site.complaints.filter((text) => text.startsWith('thrown'))).toEqual([])
})

test('an action that does not exist is reported with the four that do, and nothing is sent', async ({
  tab,
  site,
  endpoint,
  wasabi,
}) => {
  site.put('/', wasabi())
  await tab.goto(site.url('/'))
  await tab.evaluate(() => {
    // @ts-expect-error no such action
    window.wasabi?.track('SIGNUP')
    window.wasabi?.track('SIGN_UP', { interactionId: 'sentinel' })
  })
  const events = await endpoint.holds(1)
  expect(events.map(({ body }) => body.interactionId)).toEqual(['sentinel'])
  await expect.poll(() => site.complaints).toHaveLength(1)
  expect(site.complaints[0]).toMatch(
    /SIGNUP.*SIGN_UP, SUBSCRIPTION_RESTARTED, SUBSCRIPTION_CANCELLED, PROMOTION_APPLIED/,
  )
})

test('a tag without an endpoint says which attribute is missing, once', async ({ tab, site }) => {
  site.put('/', '<script async src="/wasabi.js"></script>')
  await tab.goto(site.url('/'))
  await tab.evaluate(() => window.wasabi?.track('SIGN_UP'))
  await expect.poll(() => site.complaints).toHaveLength(1)
  expect(site.complaints[0]).toContain('data-endpoint')
})
