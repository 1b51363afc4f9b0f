import type { Weather } from '../support/host'
import { expect, test } from '../support/fixtures'
import { arriveAt, track } from '../support/steps'
import type { Tab } from '../support/tab'

/** The state of the endpoint's host while the page acts. `undefined`: it refuses connections. */
const WEATHERS: Readonly<Record<string, Weather | undefined>> = {
  up: 'up',
  'refuses connections': undefined,
  'answers 503': { status: 503 },
  hangs: 'hangs',
  'loses its answers': 'loses answers',
  'redirects elsewhere': { status: 302, headers: { location: '/elsewhere' } },
  'answers with a page': { status: 200, headers: { 'content-type': 'text/html' }, body: '<p>Welcome to our network' },
  'sends no CORS header': 'sends no cors header',
}

/** The exit of the page right after its call. */
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

/**
 * The cases that only an engine can decide: a request whose page ends or whose connection is refused, a redirect, an
 * answer that another site may not read. All other combinations of weathers and exits are an order of events, and are
 * in `test/tracker/simulation`.
 */
const MEETINGS: Readonly<Record<string, readonly string[]>> = {
  up: ['navigates', 'submits a form', 'closes'],
  'refuses connections': ['stays', 'closes'],
  'answers 503': ['navigates'],
  hangs: ['closes'],
  'loses its answers': ['navigates'],
  'redirects elsewhere': ['stays'],
  'answers with a page': ['stays'],
  'sends no CORS header': ['stays'],
}

/** These cases look alike in all engines. Each engine tests the others in every run. */
const tagOf = (sky: string, end: string) =>
  end === 'submits a form' || /redirects|page|CORS/.test(sky) ? ['@chromium'] : ['@everywhere']

for (const [sky, ends] of Object.entries(MEETINGS)) {
  for (const end of ends) {
    test(
      `the endpoint ${sky}, the page ${end}: stored once each`,
      { tag: tagOf(sky, end) },
      async ({ tab, newTab, site, endpoint, wasabi }) => {
        const weather = WEATHERS[sky]
        site.put('/', `${wasabi()}<form action="/next"></form>`)
        site.put('/next', 'no script here')
        site.put('/later', wasabi())
        await tab.goto(site.url('/'))
        if (weather) endpoint.weather(weather)
        else await endpoint.goAway()
        await EXITS[end]?.(tab, async () => {
          await track(tab, 'SIGN_UP', { interactionId: 'one' })
          await track(tab, 'PROMOTION_APPLIED', { interactionId: 'two' })
        })
        if (weather) await endpoint.arrived(2)
        else await endpoint.comeBack()
        endpoint.weather('up')

        const later = await newTab()
        await later.goto(site.url('/later'))
        await endpoint.holds(2)
        // The sentinel: every earlier request has arrived before it.
        await track(later, 'SUBSCRIPTION_CANCELLED', { interactionId: 'sentinel' })
        const events = await endpoint.holds(3)
        expect(events.map(({ body }) => body.interactionId).sort()).toEqual(['one', 'sentinel', 'two'])
        const requests = endpoint.arrivals.filter(({ body }) => body.includes('"one"')).length
        expect(requests).toBeLessThanOrEqual(sky === 'up' ? 2 : 4)
      },
    )
  }
}

test(
  'the endpoint loses its answers, two tabs: stored once each',
  { tag: '@everywhere' },
  async ({ tab, newTab, site, endpoint, wasabi }) => {
    site.put('/', wasabi())
    const tabs = [tab, await newTab()]
    for (const each of tabs) await each.goto(site.url('/'))
    endpoint.weather('loses answers')
    await Promise.all(tabs.map((each, index) => track(each, 'SIGN_UP', { interactionId: `tab ${index}` })))
    await endpoint.arrived(2)
    endpoint.weather('up')
    const later = await newTab()
    await later.goto(site.url('/'))
    await arriveAt(later, '/')
    const events = await endpoint.holds(2)
    expect(events.map(({ body }) => body.interactionId).sort()).toEqual(['tab 0', 'tab 1'])
  },
)
