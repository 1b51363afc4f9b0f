import type { Weather } from '../support/host'
import { expect, test } from '../support/fixtures'
import { arriveAt, track } from '../support/steps'
import type { Tab } from '../support/tab'

/** How the endpoint's host is while the page acts; `undefined`: nobody listens. */
const WEATHERS: Readonly<Record<string, Weather | undefined>> = {
  up: 'up',
  'refuses connections': undefined,
  'answers 503': { status: 503 },
  hangs: 'hangs',
  'loses its answers': 'loses answers',
  'answers 429': { status: 429 },
  'redirects elsewhere': { status: 302, headers: { location: '/elsewhere' } },
  'answers with a page': { status: 200, headers: { 'content-type': 'text/html' }, body: '<p>Welcome to our network' },
  'sends no CORS header': 'sends no cors header',
}

/** What happens to the page right after its call. */
const EXITS: Readonly<Record<string, (tab: Tab, act: () => Promise<unknown>) => Promise<unknown>>> = {
  stays: (_, act) => act(),
  navigates: (tab) =>
    tab.evaluate(() => {
      window.wasabi?.track('SIGN_UP', { interactionId: 'one' })
      window.wasabi?.track('PROMOTION_APPLIED', { interactionId: 'two' })
      location.href = '/next'
    }),
  'submits a form': (tab) =>
    tab.evaluate(() => {
      document.querySelector('form')?.addEventListener('submit', () => {
        window.wasabi?.track('SIGN_UP', { interactionId: 'one' })
        window.wasabi?.track('PROMOTION_APPLIED', { interactionId: 'two' })
      })
      document.querySelector('form')?.requestSubmit()
    }),
  closes: async (tab, act) => {
    await act()
    await tab.close()
  },
}

/** What says something about an engine, in each of them when all tests are asked for. */
const IN_ENGINES = [
  'up',
  'refuses connections',
  'answers 503',
  'hangs',
  'loses its answers',
  'stays',
  'navigates',
  'closes',
  'has two tabs',
]

/** Each of those at least once: these are what the engines show in every run. */
const EVERYWHERE = [
  'up, closes',
  'up, navigates',
  'refuses connections, stays',
  'refuses connections, closes',
  'answers 503, navigates',
  'hangs, closes',
  'loses its answers, navigates',
  'loses its answers, has two tabs',
]

/** A form that leads away is one more navigation, and two tabs share whatever each of them gets. */
const isShownElsewhere = (sky: string, end: string) =>
  (end === 'submits a form' && !['up', 'refuses connections', 'loses its answers'].includes(sky)) ||
  (end === 'has two tabs' && !IN_ENGINES.includes(sky))

const tagOf = (sky: string, end: string) => {
  if (EVERYWHERE.includes(`${sky}, ${end}`)) return ['@everywhere']
  return IN_ENGINES.includes(sky) && IN_ENGINES.includes(end) ? [] : ['@chromium']
}

for (const [sky, weather] of Object.entries(WEATHERS)) {
  for (const [end, exit] of Object.entries(EXITS)) {
    if (isShownElsewhere(sky, end)) continue
    test(
      `the endpoint ${sky}, the page ${end}: stored once each`,
      { tag: tagOf(sky, end) },
      async ({ tab, newTab, site, endpoint, wasabi }) => {
        site.put('/', `${wasabi()}<form action="/next"></form>`)
        site.put('/next', 'no script here')
        site.put('/later', wasabi())
        await tab.goto(site.url('/'))
        if (weather) endpoint.weather(weather)
        else await endpoint.goAway()
        await exit(tab, async () => {
          await track(tab, 'SIGN_UP', { interactionId: 'one' })
          await track(tab, 'PROMOTION_APPLIED', { interactionId: 'two' })
        })
        if (weather) await endpoint.arrived(2)
        else await endpoint.comeBack()
        endpoint.weather('up')

        const later = await newTab()
        await later.goto(site.url('/later'))
        await endpoint.holds(2)
        // The sentinel: whatever was still to come has come before it.
        await track(later, 'SUBSCRIPTION_CANCELLED', { interactionId: 'sentinel' })
        const events = await endpoint.holds(3)
        expect(events.map(({ body }) => body.interactionId).sort()).toEqual(['one', 'sentinel', 'two'])
        const requests = endpoint.arrivals.filter(({ body }) => body.includes('"one"')).length
        expect(requests).toBeLessThanOrEqual(sky === 'up' ? (end === 'stays' ? 1 : 2) : 4)
      },
    )
  }

  if (isShownElsewhere(sky, 'has two tabs')) continue
  test(
    `the endpoint ${sky}, two tabs: stored once each`,
    { tag: tagOf(sky, 'has two tabs') },
    async ({ tab, newTab, site, endpoint, wasabi }) => {
      site.put('/', wasabi())
      const tabs = [tab, await newTab()]
      for (const each of tabs) await each.goto(site.url('/'))
      if (weather) endpoint.weather(weather)
      else await endpoint.goAway()
      await Promise.all(tabs.map((each, index) => track(each, 'SIGN_UP', { interactionId: `tab ${index}` })))
      if (weather) await endpoint.arrived(2)
      else await endpoint.comeBack()
      endpoint.weather('up')
      const later = await newTab()
      await later.goto(site.url('/'))
      await arriveAt(later, '/')
      const events = await endpoint.holds(2)
      expect(events.map(({ body }) => body.interactionId).sort()).toEqual(['tab 0', 'tab 1'])
    },
  )
}
