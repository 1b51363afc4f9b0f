import { expect, test } from '../support/fixtures'
import { identify, storedKeys, track } from '../support/steps'

const idsOf = (events: readonly { readonly body: { readonly interactionId: string } }[]) =>
  events.map(({ body }) => body.interactionId).sort()

/** The number of requests for an event. */
const requestsOf = (arrivals: readonly { readonly body: string }[], id: string) =>
  arrivals.filter(({ body }) => body.includes(`"${id}"`)).length

test(
  'with the endpoint up and the page staying there is one request an event, and nothing is left behind',
  { tag: '@everywhere' },
  async ({ tab, site, endpoint, wasabi }) => {
    site.put('/', wasabi())
    await tab.goto(site.url('/'))
    for (const id of ['a', 'b', 'c']) await track(tab, 'SIGN_UP', { interactionId: id })
    await endpoint.holds(3)
    await expect.poll(async () => (await storedKeys(tab)).filter((key) => !key.startsWith('wasabi.J.'))).toEqual([])
    await tab.reload()
    await track(tab, 'SIGN_UP', { interactionId: 'sentinel' })
    await endpoint.holds(4)
    expect(endpoint.arrivals).toHaveLength(4)
  },
)

test('an event that can never be stored is reported, and stops no other', async ({ tab, site, endpoint, wasabi }) => {
  site.put('/', wasabi())
  await tab.goto(site.url('/'))
  endpoint.weather(({ body }) =>
    body.includes('"bad"') ? { status: 422, body: '{"errors":[{"path":"/body","message":"no"}]}' } : { status: 503 },
  )
  for (const id of ['bad', 'good', 'better']) await track(tab, 'SIGN_UP', { interactionId: id })
  await endpoint.arrived(3)
  // The event is dropped once the page has read the refusal: a page that is left before may send it again.
  await expect.poll(() => storedKeys(tab)).not.toContain('wasabi.C.bad')
  endpoint.weather(({ body }) => (body.includes('"bad"') ? { status: 422 } : 'up'))
  await tab.reload()
  expect(idsOf(await endpoint.holds(2))).toEqual(['better', 'good'])
  expect(requestsOf(endpoint.arrivals, 'bad')).toBe(1)
  await expect.poll(() => site.complaints.filter((text) => text.includes('refused')).join()).toContain('"message":"no"')
})

test('localStorage.clear() at log-out loses nothing that this page recorded', async ({
  tab,
  site,
  endpoint,
  wasabi,
}) => {
  site.put('/', wasabi())
  await tab.goto(site.url('/'))
  endpoint.weather({ status: 503 })
  await track(tab, 'SIGN_UP', { interactionId: 'a' })
  await endpoint.arrived(1)
  await tab.evaluate(() => {
    localStorage.clear()
  })
  endpoint.weather('up')
  expect(idsOf(await endpoint.holds(1))).toEqual(['a'])
})

test('a text under our keys that cannot be read is neither sent nor deleted, and holds up no event', async ({
  tab,
  site,
  endpoint,
  wasabi,
}) => {
  site.put('/', wasabi())
  site.put('/empty', 'nothing')
  await tab.goto(site.url('/empty'))
  await tab.evaluate(() => {
    for (const [key, value] of Object.entries({
      'C.a': '{',
      'C.b': '[]',
      'C.c': 'null',
      'C.d': '{"eventType":"CUSTOMER_ACTION"}',
      'U.x': '1',
      'J.a': '{"',
      wait: 'soon',
    })) {
      localStorage.setItem(`wasabi.${key}`, value)
    }
  })
  endpoint.weather({ status: 503 })
  await tab.goto(site.url('/'))
  await track(tab, 'SIGN_UP', { interactionId: 'good' })
  await endpoint.arrived(2)
  endpoint.weather('up')
  expect(idsOf(await endpoint.holds(1))).toEqual(['good'])
  await expect
    .poll(() => tab.evaluate(() => Object.keys(localStorage).sort().join(' ')))
    .toBe('wasabi.C.a wasabi.C.b wasabi.C.c wasabi.C.d wasabi.J.a wasabi.J.good wasabi.U.x wasabi.wait')
})

test('stored events go to whatever endpoint the page has now', async ({ tab, site, endpoint, wasabi }) => {
  site.put('/', wasabi({ endpoint: 'http://127.0.0.1:9/customer-actions' }))
  site.put('/moved', wasabi())
  await tab.goto(site.url('/'))
  await track(tab, 'SIGN_UP', { interactionId: 'a' })
  await tab.goto(site.url('/moved'))
  expect(idsOf(await endpoint.holds(1))).toEqual(['a'])
})

test(
  'a full quota costs neither the event nor the page',
  { tag: '@everywhere' },
  async ({ tab, site, endpoint, wasabi }) => {
    site.put('/', wasabi())
    await tab.goto(site.url('/'))
    endpoint.weather({ status: 503 })
    await tab.evaluate(() => {
      let piece = 'x'.repeat(1_000_000)
      for (let index = 0; piece; index++) {
        try {
          localStorage.setItem(`full ${index}`, piece)
        } catch {
          piece = piece.slice(0, piece.length >> 1)
        }
      }
    })
    await track(tab, 'SIGN_UP', { interactionId: 'a' })
    await endpoint.arrived(1)
    endpoint.weather('up')
    expect(idsOf(await endpoint.holds(1))).toEqual(['a'])
    expect(site.complaints.filter((text) => text.startsWith('thrown'))).toEqual([])
  },
)

test(
  'over the keepalive quota of the page an event is sent again without it',
  { tag: '@everywhere' },
  async ({ tab, site, endpoint, wasabi }) => {
    site.put('/', wasabi())
    await tab.goto(site.url('/'))
    endpoint.weather(({ body }) => (body.startsWith('xxx') ? 'hangs' : 'up'))
    await tab.evaluate((url) => {
      fetch(url, { method: 'POST', body: 'x'.repeat(65_000), keepalive: true }).catch(() => undefined)
    }, endpoint.url)
    await endpoint.arrived(1)
    await track(tab, 'SIGN_UP', { interactionId: 'a' })
    expect(idsOf(await endpoint.holds(1))).toEqual(['a'])
  },
)

test(
  'with the six connections of the host taken, an event still outlives its page',
  { tag: '@everywhere' },
  async ({ tab, site, endpoint, wasabi }) => {
    site.put('/', wasabi())
    await tab.goto(site.url('/'))
    endpoint.weather(({ body }) => (body === 'hang' ? 'hangs' : 'up'))
    await tab.evaluate((url) => {
      for (let index = 0; index < 6; index++) void fetch(url, { method: 'POST', body: 'hang' }).catch(() => undefined)
    }, endpoint.url)
    await endpoint.arrived(6)
    await track(tab, 'SIGN_UP', { interactionId: 'a' })
    await tab.close()
    // No page of the site starts again: only the first attempt can have delivered it.
    expect(idsOf(await endpoint.holds(1))).toEqual(['a'])
  },
)

test('an endpoint that cannot be read is reported once, with what to check', async ({
  tab,
  site,
  endpoint,
  wasabi,
}) => {
  site.put('/', wasabi())
  await tab.goto(site.url('/'))
  endpoint.weather('sends no cors header')
  await track(tab, 'SIGN_UP', { interactionId: 'a' })
  await track(tab, 'SIGN_UP', { interactionId: 'b' })
  await endpoint.arrived(2)
  await expect.poll(() => site.complaints.length).toBe(1)
  expect(site.complaints[0]).toMatch(/Check URL, redirects, CORS, CSP, blockers/)
})

for (const way of ['goes to another site', 'closes'] as const) {
  test(`an update leaves with the page that ${way} while its CREATED is on the way`, async ({
    tab,
    newTab,
    site,
    endpoint,
    wasabi,
  }) => {
    site.put('/', wasabi())
    site.put('/elsewhere', 'nothing of ours')
    let answer: () => void = () => undefined
    const held = new Promise<'up'>((resolve) => {
      answer = () => resolve('up')
    })
    endpoint.weather(({ body }) => (body.includes('CREATED') ? held : 'up'))
    const other = await newTab()
    await tab.goto(site.url('/'))
    await track(tab)
    await identify(tab, '42')
    if (way === 'closes') await tab.close()
    else await tab.goto(site.url('/elsewhere', 'www.far.co.uk'))
    await expect
      .poll(() => endpoint.arrivals.map(({ body }) => /CREATED|UPDATED/.exec(body)?.[0]).sort())
      .toEqual(['CREATED', 'UPDATED'])
    answer()
    await endpoint.holds(2)
    await other.close()
  })
}
