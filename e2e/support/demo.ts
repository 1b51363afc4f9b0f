import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Page } from 'playwright/test'
import type { createDemo } from '../../demo/serve'
import type { CustomerAction } from '../../src/contract/customer-action'
import { test as base } from './fixtures'
import { portOf } from './host'

export const SEED_QUERY =
  '?utm_source=123456789&utm_medium=youtube&utm_campaign=spring_sale&utm_content=banner_ad&utm_term=cats+kitten+food'

const linksTo = (port: number | string) => ({
  shop: (path = '/') => `http://wasabi.localhost:${port}${path}`,
  app: (path = '/app') => `http://app.wasabi.localhost:${port}${path}`,
  local: (path = '/') => `http://localhost:${port}${path}`,
  stored: async (): Promise<readonly CustomerAction[]> => {
    const answer = await fetch(`http://127.0.0.1:${port}/customer-actions?limit=1000`)
    const { events } = (await answer.json()) as { events: { event: CustomerAction }[] }
    return events.map(({ event }) => event)
  },
})

/** Starts the built demo as `npm start` does, on a free port. */
export const startProgram = async (file: string) => {
  const demo = spawn(process.execPath, ['dist/demo/demo.js'], {
    env: { ...process.env, PORT: '0', DATA_FILE: file },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const gone = new Promise<number | null>((resolve) => demo.once('exit', resolve))
  const lines = createInterface(demo.stdout)
  const address = await new Promise<string>((resolve, reject) => {
    lines.on('line', (line) => {
      const [found] = /http:\S+/.exec(line) ?? []
      if (found) resolve(found)
    })
    void gone.then(() => {
      reject(new Error('the demo did not start'))
    })
  })
  return {
    ...linksTo(new URL(address).port),
    /** The address that is printed. */
    address,
    async stop() {
      demo.kill('SIGTERM')
      return gone
    },
  }
}

type BuiltDemo = { readonly createDemo: typeof createDemo }

/** The built demo in this process: starting a program takes half a second of a processor. */
export const startDemo = async () => {
  const built = (await import(new URL('../../dist/demo/serve.js', import.meta.url).href)) as BuiltDemo
  const { server, close } = await built.createDemo(':memory:')
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const links = linksTo(portOf(server))
  return { ...links, address: links.shop(`/${SEED_QUERY}`), close }
}

export type Demo = Awaited<ReturnType<typeof startDemo>>

type Fixtures = {
  readonly demo: Demo
  /** The page's complaints: errors and warnings on its console, and thrown exceptions. */
  readonly complaints: readonly string[]
}

/** Every test has a demo with an empty data file, and a browser profile of its own. */
export const test = base.extend<Fixtures>({
  demo: async ({}, use) => {
    const demo = await startDemo()
    await use(demo)
    await demo.close()
  },

  complaints: async ({ page }, use) => {
    const complaints: string[] = []
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(`thrown: ${error.message}`))
    await use(complaints)
  },
})

/** The rows of the live list, newest first. */
export const arrivals = (page: Page) => page.locator('.arrivals > li')

/** Reads the list of names and values under a heading of the inspector. */
export const readTerms = async (page: Page, heading: string): Promise<Readonly<Record<string, string>>> => {
  const rows = await page
    .getByRole('region', { name: heading })
    .locator('dl > div')
    .evaluateAll((divs) =>
      divs.map(
        (div) => [div.querySelector('dt')?.textContent ?? '', div.querySelector('dd')?.textContent ?? ''] as const,
      ),
    )
  return Object.fromEntries(rows)
}

export { expect } from 'playwright/test'
