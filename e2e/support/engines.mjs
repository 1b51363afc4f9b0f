import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { chromium, firefox, webkit } from 'playwright'

/**
 * Every name of a test resolves to this machine, and no other name resolves: the browser's own services have no
 * answer.
 */
const HOSTS =
  '--host-resolver-rules=MAP *.test 127.0.0.1, MAP *.co.uk 127.0.0.1, MAP intranet 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.0.0.1'

/** Each engine is found by the variable of its name, as Playwright's own build, or at its path in the system. */
const ENGINES = [
  {
    name: 'chromium',
    title: 'Chromium',
    own: chromium,
    /** Debian's `/usr/bin/chromium` is a shell script around the first one. */
    system: [
      '/usr/lib/chromium/chromium',
      '/usr/bin/chromium',
      '/usr/bin/chromium-browser',
      '/usr/bin/google-chrome',
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    ],
    /** Beside the first one: Chromium without the window around a page, which costs four fifths of its time. */
    shell: 'chromium-headless-shell',
    packages: ['chromium', 'chromium-headless-shell'],
    launch: () => ({
      args: [HOSTS, '--gaia-url=http://127.0.0.1:9', '--component-updater=url-source=http://127.0.0.1:9/'],
      // Playwright turns the back/forward cache off; visitors have it on.
      ignoreDefaultArgs: ['--disable-back-forward-cache'],
    }),
  },
  {
    name: 'firefox',
    title: 'Firefox',
    own: firefox,
    system: ['/usr/bin/firefox-esr', '/usr/bin/firefox', '/Applications/Firefox.app/Contents/MacOS/firefox'],
    packages: ['firefox-esr'],
    launch: (own) => ({
      // A stock Firefox speaks WebDriver BiDi; Playwright's own is patched to speak more.
      ...(!own && { channel: 'moz-firefox' }),
      firefoxUserPrefs: { 'network.dns.forceResolve': '127.0.0.1' },
    }),
  },
  {
    name: 'webkit',
    title: 'WebKit',
    own: webkit,
    /** WebKitGTK's test browser: driven by WebKitWebDriver, since Playwright drives its own build only. */
    system: ['x86_64', 'aarch64'].map((cpu) => `/usr/lib/${cpu}-linux-gnu/webkit2gtk-4.1/MiniBrowser`),
    besides: ['/usr/bin/WebKitWebDriver', '/usr/bin/Xvfb'],
    packages: ['webkit2gtk-driver', 'xvfb'],
    launch: () => ({}),
  },
]

const ownPath = ({ own }) => {
  try {
    return own.executablePath()
  } catch {
    return '' // Playwright has no build for this system.
  }
}

const isOwn = (engine, path) => path === ownPath(engine)

/** The first place of an engine where it is complete, with everything else that it needs. */
const placeOf = (engine) => {
  const { name, system, besides = [] } = engine
  const complete = (path) =>
    path && existsSync(path) && (isOwn(engine, path) || besides.every((file) => existsSync(file)))
  return [process.env[name.toUpperCase()], ownPath(engine), ...system].find(complete)
}

const shellOf = ({ shell }, path) => {
  const file = shell && path && join(dirname(path), shell)
  return file && existsSync(file) ? file : undefined
}

/** An engine, its path, and how Playwright is to start it. It has a `webdriver` where Playwright cannot. */
const look = (engine) => {
  const path = placeOf(engine)
  const own = path !== undefined && isOwn(engine, path)
  return {
    ...engine,
    path,
    shell: shellOf(engine, path),
    webdriver: engine.name === 'webkit' && !own,
    launchOptions: { executablePath: path, ...engine.launch(own) },
  }
}

/** Chromium, Firefox and WebKit; one that is not on this machine has no `path`. */
export const findEngines = () => ENGINES.map(look)
