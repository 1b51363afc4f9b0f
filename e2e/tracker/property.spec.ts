import fc from 'fast-check'
import { startEndpoint, type StoredEvent } from '../support/host'
import { expect, test } from '../support/fixtures'
import { consent, delivered, identify, track } from '../support/steps'
import type { Tab } from '../support/tab'

/** More of them by hand: `RUNS=200 npx playwright test -c e2e property`. */
const RUNS = Number(process.env.RUNS ?? 8)

const HOSTS = ['www.shop.co.uk', 'app.shop.co.uk'] as const

type Step =
  | { readonly do: 'land' | 'visit'; readonly tab: 0 | 1; readonly host: 0 | 1 }
  | { readonly do: 'track' | 'reload' | 'reset' | 'refuse' | 'grant'; readonly tab: 0 | 1 }
  | { readonly do: 'identify'; readonly tab: 0 | 1; readonly customer: 'anna' | 'ben' }

const bit = fc.constantFrom(0 as const, 1 as const)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('land' as const, 'visit' as const), tab: bit, host: bit }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('track' as const), tab: bit }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('reload' as const, 'reset' as const, 'refuse' as const, 'grant' as const),
      tab: bit,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('identify' as const),
      tab: bit,
      customer: fc.constantFrom('anna' as const, 'ben' as const),
    }),
  },
)

/** What should be true, in a few lines: one browser, its campaign, its person and its permission. */
const createModel = () => {
  /** An address is new to its page until the page was allowed to look at it. */
  const tabs = [0, 1].map(() => ({ host: 0, source: '', isNew: true }))
  const tracked: { id: string; source: string; person: number; host: number; customer?: string }[] = []
  let [source, person, customer, refused] = ['', 0, '', false]

  const look = (tab: (typeof tabs)[number]) => {
    if (refused) tab.isNew = true
    else {
      if (tab.isNew && tab.source) source = tab.source
      tab.isNew = false
    }
  }
  const somebodyElse = () => ([person, customer] = [person + 1, ''])
  /** What this person did on this host is the customer's as soon as a page of the host knows. */
  const correct = (host: number) => {
    for (const action of tracked)
      if (customer && action.person === person && action.host === host) action.customer ??= customer
  }

  return {
    tracked,
    allowed: () => !refused,
    go(index: number, host: number, from: string) {
      const tab = Object.assign(tabs[index] ?? {}, { host, source: from, isNew: true }) as (typeof tabs)[number]
      look(tab)
      if (!refused) correct(host)
    },
    reload(index: number) {
      const tab = tabs[index] as (typeof tabs)[number]
      tab.isNew = !source
      look(tab)
      if (!refused) correct(tab.host)
    },
    track(index: number, id: string) {
      const tab = tabs[index] as (typeof tabs)[number]
      look(tab)
      if (!refused) tracked.push({ id, source, person, host: tab.host, ...(customer && { customer }) })
    },
    identify(index: number, id: string) {
      const tab = tabs[index] as (typeof tabs)[number]
      look(tab)
      if (refused) return
      if (customer && customer !== id) somebodyElse()
      customer = id
      correct(tab.host)
    },
    reset(index: number) {
      look(tabs[index] as (typeof tabs)[number])
      if (!refused) somebodyElse()
    },
    answer(index: number, granted: boolean) {
      const tab = tabs[index] as (typeof tabs)[number]
      if (!granted) {
        somebodyElse()
        source = ''
      }
      refused = !granted
      look(tab)
      if (granted) correct(tab.host)
    },
  }
}

type Model = ReturnType<typeof createModel>

const check = (model: Model, events: readonly StoredEvent[]) => {
  const created = events.filter(({ eventAction }) => eventAction === 'CREATED')
  expect(created.map(({ body }) => body.interactionId).sort()).toEqual(model.tracked.map(({ id }) => id).sort())
  const visitors = new Map<string, number>()
  for (const { id, source, person, customer } of model.tracked) {
    const history = events
      .filter(({ body }) => body.interactionId === id)
      .sort((one, other) => (one.body.updatedAt < other.body.updatedAt ? -1 : 1))
    // Every correction is later than what it corrects, and none has the time of another.
    expect(new Set(history.map(({ body }) => body.updatedAt)).size).toBe(history.length)
    expect(history[0]?.eventAction).toBe('CREATED')
    for (const { body } of history) {
      expect(body.utmParameters?.utmSource ?? '').toBe(source)
      if (!body.customerId.startsWith('visitor-')) expect(body.customerId).toBe(customer)
      // One visitor id, one person.
      else expect(visitors.get(body.customerId) ?? person).toBe(person)
      visitors.set(body.customerId, body.customerId.startsWith('visitor-') ? person : -1)
    }
    if (customer) expect(history.at(-1)?.body.customerId).toBe(customer)
  }
}

// It says nothing about an engine: every call in it is tested in all of them.
test(
  'whatever a visitor does in two tabs on two subdomains, campaign, person and permission are the right ones',
  { tag: '@chromium' },
  async ({ browser, site }) => {
    test.setTimeout(180_000 + RUNS * 20_000)
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 12, maxLength: 30 }), async (steps) => {
        const endpoint = await startEndpoint()
        const context = await browser.newContext()
        site.put('/', `<script async src="/wasabi.js" data-endpoint="${endpoint.url}"></script>`)
        const tabs = [(await context.newPage()) as Tab, (await context.newPage()) as Tab] as const
        const model = createModel()
        try {
          for (const [index, tab] of tabs.entries()) {
            await tab.goto(site.url('/', HOSTS[0]))
            model.go(index, 0, '')
          }
          for (const [count, current] of steps.entries()) {
            const tab = tabs[current.tab]
            if (current.do === 'land' || current.do === 'visit') {
              const source = current.do === 'land' ? `s${count}` : ''
              await tab.goto(site.url(source ? `/?utm_source=${source}` : '/', HOSTS[current.host]))
              model.go(current.tab, current.host, source)
            } else if (current.do === 'track') {
              await track(tab, 'SIGN_UP', { interactionId: `i${count}` })
              model.track(current.tab, `i${count}`)
              await endpoint.created(model.tracked.length)
            } else if (current.do === 'identify') {
              await identify(tab, current.customer)
              model.identify(current.tab, current.customer)
            } else if (current.do === 'reload') {
              await tab.reload()
              model.reload(current.tab)
            } else if (current.do === 'reset') {
              await tab.evaluate(() => {
                window.wasabi?.reset()
              })
              model.reset(current.tab)
            } else {
              await consent(tab, current.do === 'grant')
              model.answer(current.tab, current.do === 'grant')
            }
          }
          // Permission, so that a sentinel may come after everything that was still under way.
          await consent(tabs[0], true)
          model.answer(0, true)
          await track(tabs[0], 'SIGN_UP', { interactionId: 'sentinel' })
          model.track(0, 'sentinel')
          await endpoint.created(model.tracked.length)
          await delivered(tabs[0])
          await delivered(tabs[1])
          check(model, await endpoint.stored())
        } finally {
          await context.close()
          await endpoint.close()
        }
      }),
      { numRuns: RUNS },
    )
  },
)
