import { orEnded, startChild, startDisplay } from './child'
import { freePort, listen, portOf, shut } from './host'
import { startNamedProxy } from './proxy'
import { connect, openSession } from './webdriver'

/** Frames and links navigate to these hosts, too. */
const LOCAL = ['localhost', '127.0.0.1']

/**
 * WebKitGTK as Debian has it: a screen, a driver, and a browser. Without a screen, opening one hangs.
 *
 * Its driver has one profile a browser, and starting a browser takes a second of a processor. So all tests use the
 * same one, emptied before each: without cookies and tabs. Storage belongs to an origin, and no two tests have the
 * same port.
 */
export const startWebKit = async (binary: string) => {
  const display = await startDisplay()
  const proxy = await startNamedProxy()
  const port = await freePort()
  const driver = startChild('WebKitWebDriver', [`--port=${port}`], { env: display.env })
  let over = false
  void driver.ended.then(() => (over = true))
  const send = await orEnded(
    connect(`http://127.0.0.1:${port}`, () => over),
    driver.ended,
  )
  const args = ['--automation', `--proxy=${proxy.url}`, '--ignore-host=localhost', '--ignore-host=127.0.0.1']
  const session = await openSession(send, { 'webkitgtk:browserOptions': { binary, args } })
  const nothing = await listen((_, response) => response.setHeader('content-type', 'text/html').end())
  return {
    newProfile: () =>
      Promise.resolve({
        newTab: session.newTab,
        close: () =>
          session.empty([...new Set([...LOCAL, ...session.hosts])].map((host) => `http://${host}:${portOf(nothing)}/`)),
      }),
    async close() {
      await session.close()
      await driver.stop()
      await shut(nothing)
      await proxy.close()
      await display.stop()
    },
  }
}
