import { expect, test } from '../support/fixtures'
import { hostOf } from '../support/site'
import { attribution, consent, cookies, follow, identify, nextSecond, storedKeys, track } from '../support/steps'

const WWW = 'www.shop.co.uk'
const APP = 'app.shop.co.uk'

test('before the answer nothing is stored or sent; after it each event has its own time, id and campaign', async ({
  tab,
  site,
  endpoint,
  wasabi,
}) => {
  site.put('/', wasabi({ consent: 'required' }))
  await tab.goto(site.url('/?utm_source=landing', WWW))
  const before = Date.now()
  const id = await track(tab, 'SIGN_UP', { interactionId: 'one' })
  const after = Date.now()
  await tab.evaluate(() => {
    history.pushState(null, '', '/?utm_source=later')
  })
  await track(tab, 'PROMOTION_APPLIED', { interactionId: 'two' })
  expect(await attribution(tab)).toEqual({ utmSource: 'later' })
  expect(await cookies(tab)).toEqual({})
  expect(await storedKeys(tab)).toEqual([])
  expect(endpoint.arrivals).toEqual([])

  await consent(tab, true)
  const events = await endpoint.holds(2)
  const [one, two] = ['one', 'two'].map((name) => events.find(({ body }) => body.interactionId === name)?.body)
  expect(one?.interactionId).toBe(id)
  expect(one?.utmParameters).toEqual({ utmSource: 'landing' })
  expect(two?.utmParameters).toEqual({ utmSource: 'later' })
  const createdAt = Date.parse(one?.createdAt ?? '')
  expect(createdAt).toBeGreaterThanOrEqual(before)
  expect(createdAt).toBeLessThanOrEqual(after)
  expect(Object.keys(await cookies(tab)).sort()).toEqual(['wasabi_consent', 'wasabi_id', 'wasabi_utm'])
})

test(
  'a late grant finds the landing again after three pages and a reload, with nothing stored meanwhile',
  { tag: '@everywhere' },
  async ({ tab, site, endpoint, wasabi }) => {
    for (const path of ['/', '/a', '/b', '/c']) site.put(path, wasabi({ consent: 'required' }))
    await tab.goto(site.url('/?utm_source=landing'))
    for (const path of ['/a', '/b', '/c']) await follow(tab, path)
    await tab.reload()
    // A browser without `navigation.entries()` (Safari before 26.2) knows only the page before.
    const remembers = await tab.evaluate(() => 'navigation' in window)
    expect(await attribution(tab)).toEqual(remembers ? { utmSource: 'landing' } : null)
    await track(tab)
    expect(await cookies(tab)).toEqual({})
    expect(await storedKeys(tab)).toEqual([])
    await consent(tab, true)
    const [event] = await endpoint.holds(1)
    expect(event?.body.utmParameters).toEqual(remembers ? { utmSource: 'landing' } : undefined)
  },
)

test(
  'an answer is remembered across pages and subdomains',
  { tag: '@everywhere' },
  async ({ tab, site, endpoint, wasabi }) => {
    site.put('/', wasabi({ consent: 'required' }))
    await tab.goto(site.url('/', WWW))
    await consent(tab, true)
    await tab.goto(site.url('/', APP))
    await track(tab)
    await endpoint.holds(1)
  },
)

test(
  'a refusal deletes everything on every level and in every store, and stops what comes after',
  { tag: '@everywhere' },
  async ({ tab, site, endpoint, wasabi }) => {
    site.put('/', wasabi())
    site.put('/server', {
      html: '',
      headers: { 'set-cookie': ['wasabi_utm=utm_source=host; Path=/', 'wasabi_id=v=visitor-host; Path=/'] },
    })
    await tab.goto(site.url('/server', WWW))
    await tab.goto(site.url('/?utm_source=x', WWW))
    await track(tab)
    await identify(tab, '42')
    await endpoint.holds(2)
    await endpoint.goAway()
    await track(tab)
    await consent(tab, false)
    const id = await track(tab)
    expect(id).toMatch(/^[\da-f-]{36}$/)
    await identify(tab, '43')
    expect(await cookies(tab)).toEqual({ wasabi_consent: 'denied' })
    expect(await storedKeys(tab)).toEqual([])
    expect(await attribution(tab)).toBeNull()

    await endpoint.comeBack()
    await tab.goto(site.url('/?utm_source=y', APP))
    await track(tab)
    expect(await cookies(tab)).toEqual({ wasabi_consent: 'denied' })
    expect(await storedKeys(tab)).toEqual([])
    // The sentinel: permission is granted, and only later actions arrive.
    await consent(tab, true)
    await track(tab, 'SIGN_UP', { interactionId: 'sentinel' })
    const events = await endpoint.holds(3)
    expect(events.at(-1)?.body.interactionId).toBe('sentinel')
    expect(endpoint.arrivals).toHaveLength(3)
  },
)

test('calls queued by the stub keep their order around an answer', async ({ tab, site, endpoint, wasabi }) => {
  const call = (id: string) => `wasabi.track('SIGN_UP', { interactionId: '${id}' });`
  site.put(
    '/',
    `<script>${call('before')}wasabi.consent(false);${call('refused')}wasabi.consent(true);${call('after')}</script>${wasabi()}`,
  )
  await tab.goto(site.url('/'))
  const events = await endpoint.holds(1)
  expect(events.map(({ body }) => body.interactionId)).toEqual(['after'])
  expect(endpoint.arrivals).toHaveLength(1)
})

test('a refusal in one tab stops the others at their next call, and deletes their events', async ({
  tab,
  newTab,
  site,
  endpoint,
  wasabi,
}) => {
  site.put('/', wasabi())
  await endpoint.goAway()
  await tab.goto(site.url('/', WWW))
  await track(tab)
  const other = await newTab()
  await other.goto(site.url('/', APP))
  await track(other)
  await consent(other, false)
  await endpoint.comeBack()
  await track(tab)
  expect(await storedKeys(tab)).toEqual([])
  expect(await cookies(tab)).toEqual({ wasabi_consent: 'denied' })
  await consent(tab, true)
  await track(tab, 'SIGN_UP', { interactionId: 'sentinel' })
  await endpoint.holds(1)
  expect(endpoint.arrivals).toHaveLength(1)
})

test('a grant in one tab lets another send what it held back', async ({ tab, newTab, site, endpoint, wasabi }) => {
  site.put('/', wasabi({ consent: 'required' }))
  await tab.goto(site.url('/?utm_source=x', WWW))
  await track(tab, 'SIGN_UP', { interactionId: 'held' })
  const other = await newTab()
  await other.goto(site.url('/', APP))
  await consent(other, true)
  await track(tab, 'SIGN_UP', { interactionId: 'next' })
  const events = await endpoint.holds(2)
  expect(events.map(({ body }) => [body.interactionId, body.utmParameters?.utmSource]).sort()).toEqual([
    ['held', 'x'],
    ['next', 'x'],
  ])
})

for (const model of ['last', 'first'] as const) {
  test(`a landing that waited for permission counts from its time, a page later: ${model}`, async ({
    tab,
    newTab,
    site,
    endpoint,
    wasabi,
  }) => {
    for (const path of ['/', '/next']) site.put(path, wasabi({ consent: 'required', attribution: model }))
    await tab.goto(site.url('/?utm_source=earlier'))
    await follow(tab, '/next')
    await nextSecond()
    const other = await newTab()
    await other.goto(site.url('/?utm_source=later'))
    await consent(other, true)
    await track(tab)
    const [event] = await endpoint.holds(1)
    expect(event?.body.utmParameters).toEqual({ utmSource: model === 'last' ? 'later' : 'earlier' })
  })
}

test('a campaign that comes back while permission is awaited is the latest again', async ({
  tab,
  site,
  endpoint,
  wasabi,
}) => {
  for (const path of ['/', '/next']) site.put(path, wasabi({ consent: 'required' }))
  await tab.goto(site.url('/?utm_source=search&gclid=1'))
  for (const path of ['/?utm_source=mail', '/?utm_source=search&gclid=2', '/next']) await follow(tab, path)
  expect(await attribution(tab)).toEqual({ utmSource: 'search' })
  await consent(tab, true)
  await track(tab)
  expect((await endpoint.holds(1))[0]?.body.utmParameters).toEqual({ utmSource: 'search' })
})

test('an event that slipped through a race with a refusal is deleted at the next start', async ({
  tab,
  site,
  wasabi,
}) => {
  site.put('/', wasabi())
  await tab.goto(site.url('/'))
  await consent(tab, false)
  await tab.evaluate(() => {
    localStorage.setItem('wasabi.C.late', '{}')
    document.cookie = 'wasabi_utm=utm_source=late;path=/'
  })
  await tab.reload()
  expect(await storedKeys(tab)).toEqual([])
  expect(await cookies(tab)).toEqual({ wasabi_consent: 'denied' })
})

const MODES = [
  ['required', false],
  ['Required', false],
  ['granted', false],
  ['implied', true],
] as const

test('only `implied` sends before the answer, and a mode that does not exist is reported', async ({
  tab,
  site,
  endpoint,
  wasabi,
}) => {
  for (const [index, [word, arrives]] of MODES.entries())
    await test.step(word, async () => {
      const ids = async () =>
        (await endpoint.stored()).map(({ body }) => body.interactionId).filter((id) => id.startsWith(word))
      site.put('/', wasabi({ consent: word }))
      await tab.goto(site.url('/?utm_source=x', hostOf(index)))
      await track(tab, 'SIGN_UP', { interactionId: `${word} first` })
      expect(await cookies(tab)).toEqual(arrives ? (expect.objectContaining({}) as unknown) : {})
      if (arrives) await expect.poll(ids).toEqual([`${word} first`])
      await consent(tab, false)
      await consent(tab, true)
      await track(tab, 'SIGN_UP', { interactionId: `${word} sentinel` })
      await expect.poll(ids).toEqual([...(arrives ? [`${word} first`] : []), `${word} sentinel`])
      await expect
        .poll(() => site.complaints.filter((text) => text.includes(`consent "${word}"`)).length)
        .toBe(word === 'required' || arrives ? 0 : 1)
    })
})

test('a damaged answer counts as none', async ({ tab, site, endpoint, wasabi }) => {
  site.put('/', wasabi())
  site.put('/server', { html: '', headers: { 'set-cookie': 'wasabi_consent=%%; Path=/' } })
  await tab.goto(site.url('/server'))
  await tab.goto(site.url('/'))
  await track(tab)
  await endpoint.holds(1)
})
