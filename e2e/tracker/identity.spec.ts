import { expect, test } from '../support/fixtures'
import { cookies, delivered, identify, track } from '../support/steps'

const WWW = 'www.shop.co.uk'
const APP = 'app.shop.co.uk'

test(
  'a visitor keeps one id across pages and subdomains',
  { tag: '@everywhere' },
  async ({ tab, site, endpoint, wasabi }) => {
    site.put('/', wasabi())
    await tab.goto(site.url('/', WWW))
    expect(await cookies(tab)).toEqual({})
    await track(tab)
    await endpoint.holds(1)
    await tab.goto(site.url('/', APP))
    await track(tab)
    const [first, second] = await endpoint.holds(2)
    expect(first?.body.customerId).toMatch(/^visitor-[\da-f-]{36}$/)
    expect(second?.body.customerId).toBe(first?.body.customerId)
  },
)

test('identify corrects what the visitor did, after a reload too, and once', async ({
  tab,
  site,
  endpoint,
  wasabi,
}) => {
  site.put('/', wasabi())
  await tab.goto(site.url('/?utm_source=x'))
  const id = await track(tab, 'SIGN_UP', { subscriptionContractId: 's' })
  await endpoint.holds(1)
  await tab.reload()
  await identify(tab, 42)
  await identify(tab, '42')
  await track(tab, 'PROMOTION_APPLIED', { interactionId: 'sentinel' })
  await endpoint.holds(3)
  const events = await endpoint.stored()
  expect(events).toHaveLength(3)
  // The correction and the sentinel are under way at the same time.
  const sentinel = events.find(({ body }) => body.interactionId === 'sentinel')
  const [created, updated] = events.filter((event) => event !== sentinel)
  expect(updated).toEqual({
    ...created,
    eventAction: 'UPDATED',
    body: { ...created?.body, customerId: '42', updatedAt: updated?.body.updatedAt },
  })
  expect(updated?.body.interactionId).toBe(id)
  expect(Date.parse(updated?.body.updatedAt ?? '')).toBeGreaterThan(Date.parse(created?.body.updatedAt ?? ''))
  expect(sentinel?.body.customerId).toBe('42')
})

test('actions of another subdomain are corrected when one of its pages next starts', async ({
  tab,
  site,
  endpoint,
  wasabi,
}) => {
  site.put('/', wasabi())
  await tab.goto(site.url('/', WWW))
  const id = await track(tab)
  await endpoint.holds(1)
  await tab.goto(site.url('/', APP))
  await identify(tab, '42')
  await tab.goto(site.url('/', WWW))
  const [, updated] = await endpoint.holds(2)
  expect(updated).toMatchObject({ eventAction: 'UPDATED', body: { interactionId: id, customerId: '42' } })
})

test('reset makes a new visitor, keeps the campaign, and still delivers', async ({ tab, site, endpoint, wasabi }) => {
  site.put('/', wasabi())
  await tab.goto(site.url('/?utm_source=x'))
  await endpoint.goAway()
  await track(tab, 'SIGN_UP', { interactionId: 'before' })
  await tab.evaluate(() => {
    window.wasabi?.reset()
  })
  await identify(tab, '42')
  await endpoint.comeBack()
  await track(tab, 'SIGN_UP', { interactionId: 'after' })
  const events = await endpoint.holds(2)
  const after = events.find(({ body }) => body.interactionId === 'after')
  const before = events.find(({ body }) => body.interactionId === 'before')
  expect(before?.body.customerId).toMatch(/^visitor-/)
  expect(after?.body).toMatchObject({ customerId: '42', utmParameters: { utmSource: 'x' } })
  expect((await endpoint.stored()).filter(({ eventAction }) => eventAction === 'UPDATED')).toEqual([])
})

test('the customer of an action is its own, also in a correction, else that of the page, else the identified one', async ({
  tab,
  site,
  endpoint,
  wasabi,
}) => {
  site.put('/', wasabi({ 'customer-id': 'page' }))
  site.put('/plain', wasabi())
  await tab.goto(site.url('/'))
  await identify(tab, 'remembered')
  // One after the other: two requests that are under way at the same time arrive in any order.
  const id = await track(tab, 'SIGN_UP', { customerId: 7 })
  await endpoint.holds(1)
  await tab.evaluate((known) => {
    window.wasabi?.update(known, { subscriptionContractId: 'c1' })
  }, id)
  await endpoint.holds(2)
  await track(tab)
  await endpoint.holds(3)
  await tab.goto(site.url('/plain'))
  await track(tab)
  const events = await endpoint.holds(4)
  expect(events.map(({ body }) => body.customerId)).toEqual(['7', '7', 'page', 'remembered'])
})

test('an update of an action that nobody recorded is reported and not sent', async ({
  tab,
  site,
  endpoint,
  wasabi,
}) => {
  site.put('/', wasabi())
  await tab.goto(site.url('/'))
  await tab.evaluate(() => {
    window.wasabi?.update('unheard-of', { customerId: '1' })
  })
  await track(tab, 'SIGN_UP', { interactionId: 'sentinel' })
  await endpoint.holds(1)
  expect(endpoint.arrivals).toHaveLength(1)
  await expect.poll(() => site.complaints.join()).toContain('unheard-of')
})

test('the same interactionId is one action; with another type it is a mistake', async ({
  tab,
  site,
  endpoint,
  wasabi,
}) => {
  site.put('/', wasabi())
  await tab.goto(site.url('/'))
  expect(await track(tab, 'SIGN_UP', { interactionId: 7 })).toBe('7')
  await track(tab, 'SIGN_UP', { interactionId: '7' })
  await delivered(tab)
  await tab.reload()
  await track(tab, 'SIGN_UP', { interactionId: '7' })
  await track(tab, 'PROMOTION_APPLIED', { interactionId: '7' })
  await track(tab, 'SIGN_UP', { interactionId: 'sentinel' })
  const events = await endpoint.holds(2)
  expect(events.map(({ body }) => body.interactionId)).toEqual(['7', 'sentinel'])
  expect(endpoint.arrivals).toHaveLength(2)
  await expect.poll(() => site.complaints.length).toBe(1)
})

test('an id built from a missing value is reported, and the action is recorded all the same', async ({
  tab,
  site,
  endpoint,
  wasabi,
}) => {
  site.put('/', wasabi())
  await tab.goto(site.url('/'))
  const ids = [
    await track(tab, 'SIGN_UP', { customerId: 'undefined', interactionId: '' }),
    await track(tab, 'SIGN_UP', { customerId: 'null', interactionId: 'null' }),
  ]
  await identify(tab, 'undefined')
  const events = await endpoint.holds(2)
  expect(events.map(({ body }) => body.interactionId).sort()).toEqual([...ids].sort())
  for (const { body } of events) expect(body.customerId).toMatch(/^visitor-/)
  for (const id of ids) expect(id).toMatch(/^[\da-f-]{36}$/)
  await expect.poll(() => site.complaints.length).toBeGreaterThanOrEqual(5)
})

test('the journal keeps fifty actions', async ({ tab, site, endpoint, wasabi }) => {
  site.put('/', wasabi())
  await tab.goto(site.url('/'))
  await tab.evaluate(() => {
    for (let index = 0; index < 60; index++) window.wasabi?.track('SIGN_UP')
  })
  await endpoint.holds(60)
  expect(await tab.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('wasabi.J.')).length)).toBe(
    50,
  )
})
