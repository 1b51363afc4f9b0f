import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { findEngines } from './engines.mjs'

const run = (command, ...args) =>
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'], timeout: 300_000 })

const isDebianRoot = () =>
  process.getuid?.() === 0 &&
  existsSync('/etc/os-release') &&
  /debian|ubuntu/.test(readFileSync('/etc/os-release', 'utf8'))

/** The ways to install a missing engine, fastest first. */
const SOURCES = [
  { how: ({ packages }) => `apt-get install ${packages.join(' ')}`, may: isDebianRoot, bring: apt },
  {
    how: ({ name }) => `npx playwright install ${name}`,
    may: () => true,
    bring: ({ name }) => run('npx', 'playwright', 'install', name),
  },
]

let updated = false

function apt({ packages }) {
  if (!updated) run('apt-get', 'update', '-qq')
  updated = true
  // Another process may hold the lock: a fresh machine looks for updates by itself.
  run('apt-get', 'install', '-y', '-qq', '-o', 'DPkg::Lock::Timeout=120', '--no-install-recommends', ...packages)
}

/** An engine whose file exists may still not start: a missing library, a snap without its daemon. */
const versionOf = async ({ own, path, webdriver, launchOptions }) => {
  // The test browser of WebKitGTK needs a screen even for this.
  if (webdriver)
    return /[\d.]+/.exec(
      String(
        execFileSync('xvfb-run', ['-a', path, '--version'], { stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 }),
      ),
    )?.[0]
  const browser = await own.launch({ ...launchOptions, timeout: 60_000 })
  const version = browser.version()
  await browser.close()
  return version
}

const startOf = async (name) => {
  const engine = findEngines().find((each) => each.name === name)
  return engine.path ? { ...engine, version: await versionOf(engine) } : undefined
}

/**
 * An engine that starts, installed here if that is wanted and possible. Otherwise the engine without a version, and
 * the attempts to install it.
 */
const bring = async (engine, wanted) => {
  const { name, title } = engine
  const tried = []
  const attempt = async (what, step) => {
    try {
      await step()
      const started = await startOf(name)
      if (!started) tried.push(`${what}: none`)
      return started
    } catch (error) {
      tried.push(`${what}: ${String(error.message).split('\n')[0]}`)
      return undefined
    }
  }
  const here = await attempt('on this machine', () => undefined)
  if (here) return here
  for (const { how, may, bring } of wanted ? SOURCES : []) {
    if (!may()) continue
    console.log(`${title} is not here yet: ${how(engine)} …`)
    const brought = await attempt(how(engine), () => bring(engine))
    if (brought) return brought
  }
  const ways = [...SOURCES.map(({ how }) => how(engine)), `name one in the variable ${name.toUpperCase()}`]
  return { name, title, missing: `${title} was not run. To have it: ${ways.join(', or ')}. Tried: ${tried.join('; ')}` }
}

/** The engines one after the other. Each of those in `wanted` is installed here if that is possible. */
export const bringEngines = async (wanted) => {
  const engines = []
  for (const engine of findEngines()) engines.push(await bring(engine, wanted.includes(engine.name)))
  return engines
}
