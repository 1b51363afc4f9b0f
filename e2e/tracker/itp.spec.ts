import { DatabaseSync } from '@photostructure/sqlite'
import { startChild, startDisplay } from '../support/child'
import { expect, test } from '../support/fixtures'
import { startNamedProxy } from '../support/proxy'
import { page } from '../support/site'

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
 * WebKit without a driver, since sessions of the driver keep no jar. It opens one address, and the page reports the
 * rest to the server.
 */
const visit = async (
  binary: string,
  { jar, url, args }: { readonly jar: string; readonly url: string; readonly args: readonly string[] },
) => {
  const [display, proxy] = await Promise.all([startDisplay(), startNamedProxy()])
  const home = `${jar}-home`
  const env = { ...display.env, HOME: home, XDG_DATA_HOME: home, XDG_CACHE_HOME: home, XDG_CONFIG_HOME: home }
  const browser = startChild(binary, [...args, '-c', jar, `--proxy=${proxy.url}`, '--ignore-host=127.0.0.1', url], {
    env,
  })
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
      const leave = await visit(webdriver, { jar, url: site.url('/?utm_source=script', WWW), args })
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
    const leave = await visit(webdriver, { jar, url: site.url('/?utm_source=server', WWW), args: ['--enable-itp'] })
    const [event] = await endpoint.holds(1)
    expect(event?.body.utmParameters).toEqual({ utmSource: 'server' })
    // The sentinel: the visitor id, which the script wrote, has reached the jar.
    await expect.poll(() => daysLeft(jar, 'wasabi_id')).toBe(7)
    expect(daysLeft(jar, 'wasabi_utm')).toBe(400)
    await leave()
  },
)
