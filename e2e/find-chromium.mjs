import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { chromium } from 'playwright'

/** Debian's `/usr/bin/chromium` is a shell script around this one. */
const SYSTEM = [
  '/usr/lib/chromium/chromium',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

const run = (command, ...args) => execFileSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'], timeout: 300_000 })

const isDebianRoot = () =>
  process.getuid?.() === 0 && existsSync('/etc/os-release') && /debian|ubuntu/.test(readFileSync('/etc/os-release', 'utf8'))

/** Each brings a browser if it can, and says where it would be. From what is there already to what takes longest. */
const SOURCES = [
  { name: 'the variable CHROMIUM', bring: () => [process.env.CHROMIUM] },
  { name: "Playwright's own", bring: () => [chromium.executablePath()] },
  { name: 'the system', bring: () => SYSTEM },
  {
    name: 'apt-get install chromium',
    bring() {
      if (!isDebianRoot()) return []
      console.log('No Chromium here yet: installing the Debian package chromium …')
      run('apt-get', 'update', '-qq')
      run('apt-get', 'install', '-y', '-qq', '--no-install-recommends', 'chromium')
      return SYSTEM
    },
  },
  {
    name: 'npx playwright install chromium',
    bring() {
      console.log('No Chromium here yet: asking Playwright to download one …')
      run('npx', 'playwright', 'install', 'chromium')
      return [chromium.executablePath()]
    },
  },
]

/** A file that is there may still not start: a missing library, a snap without its daemon. */
const starts = async (executablePath) => {
  const browser = await chromium.launch({ executablePath, timeout: 30_000 })
  const version = browser.version()
  await browser.close()
  return version
}

/**
 * Finds a Chromium that starts, or brings one.
 *
 * @throws when there is none: with what was tried, and which package to install
 */
export const findChromium = async () => {
  const tried = []
  for (const { name, bring } of SOURCES) {
    try {
      for (const path of bring()) {
        if (path && existsSync(path)) return { path, version: await starts(path) }
      }
      tried.push(`${name}: none`)
    } catch (error) {
      tried.push(`${name}: ${String(error.message).split('\n')[0]}`)
    }
  }
  throw new Error(
    `The end-to-end tests need a Chromium. Install the package chromium (Debian, Ubuntu) or Google Chrome, or name one in the variable CHROMIUM. Tried:\n  ${tried.join('\n  ')}`,
  )
}
