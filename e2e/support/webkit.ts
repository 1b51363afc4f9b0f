import { orEnded, startChild, startDisplay } from './child'
import { freePort } from './host'
import { startNamedProxy } from './proxy'
import { connect, openProfile } from './webdriver'

/**
 * WebKitGTK as Debian has it: a screen, a driver, and a browser for each profile. Without a screen, opening one hangs.
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
  return {
    newProfile: () => openProfile(send, { 'webkitgtk:browserOptions': { binary, args } }),
    async close() {
      await driver.stop()
      await proxy.close()
      await display.stop()
    },
  }
}
