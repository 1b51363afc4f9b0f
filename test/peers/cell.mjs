import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright'
import { startEndpoint } from './endpoint.mjs'
import { startSite } from './site.mjs'
import { QUIET, sleep } from './wait.mjs'

/**
 * The names of the shop, of its app on another domain, of a payment provider and of the endpoint resolve to this
 * machine, and no other name resolves. The shop counts as https would (`isSecureContext`). Some trackers are silent
 * for robots, so the browser does not identify itself as one. Visitors have the back/forward cache on.
 */
const LAUNCH = {
  args: [
    '--host-resolver-rules=MAP *.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
    '--unsafely-treat-insecure-origin-as-secure=*.shop.test,*.desk.test',
    '--disable-blink-features=AutomationControlled',
    '--gaia-url=http://127.0.0.1:9',
    '--component-updater=url-source=http://127.0.0.1:9/',
  ],
  ignoreDefaultArgs: ['--disable-back-forward-cache', '--enable-automation'],
}

export const launch = async (executablePath) => {
  const options = { ...LAUNCH, executablePath }
  const browser = await chromium.launch(options)
  const version = browser.version()
  const userAgent = `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version.split('.')[0]}.0.0.0 Safari/537.36`
  return { browser, version, options, userAgent }
}

/** A browser whose visitor has blocked cookies. This is a setting, so no context of the shared browser can have it. */
const launchBlocked = async ({ options, userAgent }) => {
  const folder = mkdtempSync(join(tmpdir(), 'peers-'))
  mkdirSync(join(folder, 'Default'))
  writeFileSync(
    join(folder, 'Default', 'Preferences'),
    JSON.stringify({ profile: { default_content_setting_values: { cookies: 2 } } }),
  )
  const context = await chromium.launchPersistentContext(folder, { ...options, userAgent })
  const close = context.close.bind(context)
  context.close = async () => {
    await close()
    rmSync(folder, { recursive: true, force: true })
  }
  return context
}

const id = (letter) => letter + randomBytes(6).toString('hex')

/** Makes everything that one cell of the table needs: endpoint, site, visitor. */
export const createCell = async (world, peer, { blocked = false, ...page } = {}) => {
  const endpoint = await startEndpoint(peer)
  const site = await startSite(peer, endpoint.url, page)
  const context = blocked ? await launchBlocked(world) : await world.browser.newContext({ userAgent: world.userAgent })
  // A busy machine is slow, but a slow event is not lost.
  context.setDefaultTimeout(60_000)
  const thrown = []
  const violations = []
  context.on('weberror', (error) => thrown.push(String(error.error()?.message ?? error.error())))
  context.on('console', (message) => {
    if (message.text().startsWith('violation:')) violations.push(message.text())
  })

  const markers = []

  /**
   * Trackers start in steps (timers, a configuration to fetch): waits until they have been quiet for a while. It asks
   * nothing of the page.
   */
  const quiet = async () => {
    for (let before = -1; before !== endpoint.arrivals.length; await sleep(QUIET)) before = endpoint.arrivals.length
  }

  const ready = async (tab) => {
    await tab.waitForFunction(() => typeof window.convert === 'function', undefined, { timeout: 60_000, polling: 50 })
    await quiet()
  }

  return {
    peer,
    endpoint,
    site,
    context,
    thrown,
    violations,
    quiet,
    ready,

    /** The number of times that each conversion was taken. */
    copies: () => markers.map((marker) => endpoint.taken(marker).length),

    campaign: () => id('c'),

    /** A marker that no other event has. A request that contains it delivers the conversion. */
    marker() {
      const marker = id('m')
      markers.push(marker)
      endpoint.watch(marker)
      return marker
    },

    newTab: () => context.newPage(),

    /** Navigates to a page of the shop and lets the tracker start. */
    async visit(tab, path = '/', host = 'www.shop.test') {
      await tab.goto(site.url(path, host))
      await ready(tab)
    },

    async visitNew(path, host) {
      const tab = await context.newPage()
      await this.visit(tab, path, host)
      return tab
    },

    /** The action of the button. Records an exception, which a page would have to bear. */
    async convert(tab, marker) {
      const error = await tab.evaluate((given) => {
        try {
          window.convert(given)
        } catch (error) {
          return String(error)
        }
      }, marker)
      if (error) thrown.push(error)
    },

    async close() {
      await Promise.race([context.close(), sleep(5_000)])
      await endpoint.close()
      await site.close()
    },
  }
}
