import { test as base, type BrowserContext } from 'playwright/test'
import { startEndpoint } from './endpoint'
import { startSite, tag } from './site'
import type { Tab } from './tab'

type Fixtures = {
  readonly endpoint: Awaited<ReturnType<typeof startEndpoint>>
  readonly site: Awaited<ReturnType<typeof startSite>>
  /** The tag, pointing at this test's endpoint, with options of the test's own. */
  readonly wasabi: (options?: Readonly<Record<string, string>>) => string
  /** A first tab, in a browser profile of this test's own. */
  readonly tab: Tab
  /** One more tab of the same profile. */
  readonly newTab: () => Promise<Tab>
}

const openTab = async (context: BrowserContext): Promise<Tab> => (await context.newPage()) as Tab

/** Every test has an endpoint, a site and a browser profile of its own. */
export const test = base.extend<Fixtures>({
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

  tab: async ({ context }, use) => {
    await use(await openTab(context))
  },

  newTab: async ({ context }, use) => {
    await use(() => openTab(context))
  },
})

export { expect } from 'playwright/test'
