import { DatabaseSync } from '@photostructure/sqlite'
import { startChild, startDisplay } from '../support/child'
import { expect, test } from '../support/fixtures'
import { startNamedProxy } from '../support/proxy'
import { page, type Site } from '../support/site'

const WWW = 'www.shop.co.uk'
const DAY = 86_400
const TRACK = `<script>addEventListener('load', () => wasabi.track('SIGN_UP'))</script>`

/**
 * The days until a cookie in the browser's jar expires. The browser may be writing the jar: the next look reads it
 * whole.
 */
const daysLeft = (jar: string, name: string): number => {
  try {
    const database = new DatabaseSync(jar, { readOnly: true })
    const row = database.prepare('SELECT expiry FROM moz_cookies WHERE name = ?').get(name) as
      { expiry: number } | undefined
    database.close()
    return row ? Math.round((row.expiry - Date.now() / 1000) / DAY) : 0
  } catch {
    return 0
  }
}

/**
 * A page that writes the cookie `probe` for 90 days again and again, and navigates to the address once the site has
 * `/ready`. WebKit turns its tracking prevention on in a thread of its own, and a first page may write before that:
 * https://github.com/WebKit/WebKit/blob/main/Source/WebKit/NetworkProcess/Classifier/WebResourceLoadStatisticsStore.cpp
 */
const waitingPage = (url: string): string => `<script>(function write() {
  document.cookie = 'probe=' + Math.random() + '; max-age=${90 * DAY}'
  fetch('/ready').then(({ ok }) => { if (ok) location.replace('${url}'); else setTimeout(write, 50) })
})()</script>`

type Visit = {
  readonly args: readonly string[]
  /** The days for which the browser keeps a cookie that a page writes for 90. */
  readonly days: number
  /** The path of the page, with its query. */
  readonly path: string
  readonly jar: string
}

/**
 * WebKit without a driver, since sessions of the driver keep no jar. It opens the page once its jar shows that it
 * keeps cookies as its arguments ask, and the page reports the rest to the server.
 */
const visit = async (binary: string, site: Site, { args, days, path, jar }: Visit) => {
  site.put('/start', waitingPage(site.url(path, WWW)))
  const [display, proxy] = await Promise.all([startDisplay(), startNamedProxy()])
  const home = `${jar}-home`
  const env = { ...display.env, HOME: home, XDG_DATA_HOME: home, XDG_CACHE_HOME: home, XDG_CONFIG_HOME: home }
  const network = [`--proxy=${proxy.url}`, '--ignore-host=127.0.0.1']
  const browser = startChild(binary, [...args, '-c', jar, ...network, site.url('/start', WWW)], { env })
  await expect.poll(() => daysLeft(jar, 'probe')).toBe(days)
  site.put('/ready', '')
  return async () => {
    await browser.stop()
    await Promise.all([proxy.close(), display.stop()])
  }
}

test.skip(({ webdriver }) => !webdriver, "Only WebKitGTK's test browser has a switch for it and a jar to look into.")

for (const [prevention, args, days] of [
  ['with tracking prevention, for 7 days', ['--enable-itp'], 7],
  ['without it, for as long as it was written', [], 90],
] as const) {
  test(
    `WebKit keeps the cookie that the script writes, ${prevention}`,
    { tag: '@webkit' },
    async ({ webdriver, site, endpoint, wasabi }, testInfo) => {
      const jar = testInfo.outputPath('jar.db')
      site.put('/', `${wasabi()}${TRACK}`)
      const leave = await visit(webdriver, site, { args, days, path: '/?utm_source=script', jar })
      const [event] = await endpoint.holds(1)
      expect(event?.body.utmParameters).toEqual({ utmSource: 'script' })
      await expect.poll(() => daysLeft(jar, 'wasabi_utm')).toBe(days)
      await leave()
    },
  )
}

test(
  'WebKit with tracking prevention keeps what the server wrote for as long as the server said, and so does the script',
  { tag: '@webkit' },
  async ({ webdriver, site, endpoint, wasabi }, testInfo) => {
    const jar = testInfo.outputPath('jar.db')
    const cookie = `wasabi_utm=utm_source=server; Domain=shop.co.uk; Path=/; SameSite=Lax; Max-Age=${400 * DAY}`
    site.put('/', { html: page(`${wasabi()}${TRACK}`), headers: { 'set-cookie': cookie } })
    const path = '/?utm_source=server'
    const leave = await visit(webdriver, site, { args: ['--enable-itp'], days: 7, path, jar })
    const [event] = await endpoint.holds(1)
    expect(event?.body.utmParameters).toEqual({ utmSource: 'server' })
    // The sentinel: the visitor id, which the script wrote, has reached the jar.
    await expect.poll(() => daysLeft(jar, 'wasabi_id')).toBe(7)
    expect(daysLeft(jar, 'wasabi_utm')).toBe(400)
    await leave()
  },
)
