import { test as base, type Browser, type BrowserContext, type BrowserType } from 'playwright/test'
import { startEndpoint } from './host'
import { startNamedProxy } from './proxy'
import { startSite, tag, type Site } from './site'
import type { Tab } from './tab'
import { startWebKit } from './webkit'

/** A browser profile, with cookies and storage of its own. It has a `context` where Playwright drives it. */
type Profile = {
  readonly newTab: () => Promise<Tab>
  readonly close: () => Promise<void>
  readonly context?: BrowserContext
}

export type EngineOptions = {
  /** The browser to drive over WebDriver; empty where Playwright drives it. */
  readonly webdriver: string
}

type EngineFixtures = EngineOptions & {
  readonly engine: {
    readonly newProfile: () => Promise<Profile>
    readonly close: () => Promise<void>
    readonly browser?: Browser
  }
}

type Fixtures = {
  readonly profile: Profile
  readonly endpoint: Awaited<ReturnType<typeof startEndpoint>>
  readonly site: Site
  /** The tag with this test's endpoint, and with options of the test's own. */
  readonly wasabi: (options?: Readonly<Record<string, string>>) => string
  /** A first tab, in a browser profile of this test's own. */
  readonly tab: Tab
  /** One more tab of the same profile. */
  readonly newTab: () => Promise<Tab>
}

/** WebKit has no switch that resolves every name to this machine. */
const startDriven = async (type: BrowserType) => {
  const proxy = type.name() === 'webkit' ? await startNamedProxy() : undefined
  const browser = await type.launch(proxy && { proxy: { server: proxy.url, bypass: 'localhost,127.0.0.1' } })
  return {
    browser,
    async newProfile(): Promise<Profile> {
      const context = await browser.newContext()
      return { context, newTab: async () => (await context.newPage()) as Tab, close: () => context.close() }
    },
    async close() {
      await browser.close()
      await proxy?.close()
    },
  }
}

/** Returns a thing that only Playwright has, or throws. */
const only = <Thing>(thing: Thing | undefined): Thing => {
  if (thing) return thing
  throw new Error('WebDriver has no such thing: tag the test @chromium, or let the server do it.')
}

/** Every test has an endpoint, a site and a browser profile of its own. */
export const test = base.extend<Fixtures, EngineFixtures>({
  webdriver: ['', { scope: 'worker', option: true }],

  engine: [
    async ({ playwright, browserName, webdriver }, use) => {
      const engine = webdriver ? await startWebKit(webdriver) : await startDriven(playwright[browserName])
      await use(engine)
      await engine.close()
    },
    { scope: 'worker' },
  ],

  browser: [({ engine }, use) => use(only(engine.browser)), { scope: 'worker' }],
  context: ({ profile }, use) => use(only(profile.context)),

  profile: async ({ engine }, use, testInfo) => {
    const profile = await engine.newProfile()
    await use(profile)
    // After a failed test, its worker and browser end: closing does not wait for a tab that hangs.
    if (testInfo.status === testInfo.expectedStatus) await profile.close()
  },

  endpoint: async ({}, use) => {
    const endpoint = await startEndpoint()
    await use(endpoint)
    await endpoint.close()
  },

  site: async ({}, use) => {
    const site = await startSite()
    await use(site)
    await site.close()
  },

  wasabi: async ({ endpoint }, use) => {
    await use((options = {}) => tag({ endpoint: endpoint.url, ...options }))
  },

  tab: async ({ profile }, use) => {
    await use(await profile.newTab())
  },

  newTab: async ({ profile }, use) => {
    await use(profile.newTab)
  },
})

export { expect } from 'playwright/test'
