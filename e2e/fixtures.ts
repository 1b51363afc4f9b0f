import { test as base } from 'playwright/test'
import { startEndpoint } from './endpoint'
import { startSite, tag } from './site'

type Fixtures = {
  readonly endpoint: Awaited<ReturnType<typeof startEndpoint>>
  readonly site: Awaited<ReturnType<typeof startSite>>
  /** The tag, pointing at this test's endpoint, with options of the test's own. */
  readonly wasabi: (options?: Readonly<Record<string, string>>) => string
  /** What the pages said on the console as errors and warnings, and what they threw. */
  readonly complaints: string[]
}

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

  complaints: async ({ context }, use) => {
    const complaints: string[] = []
    context.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
    })
    context.on('weberror', (error) => {
      complaints.push(`thrown: ${error.error().message}`)
    })
    await use(complaints)
  },
})

export { expect } from 'playwright/test'
