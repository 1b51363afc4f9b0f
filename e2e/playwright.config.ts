import { defineConfig, type PlaywrightTestConfig } from 'playwright/test'
import { buildForTests } from '../src/build.mjs'
import { findEngines, type Engine } from './support/engines.mjs'
import type { EngineOptions } from './support/fixtures'

/** A test that needs one engine or its driver is tagged with the engine's name. */
const othersOf = (name: string) =>
  new RegExp(`@(${['chromium', 'firefox', 'webkit'].filter((other) => other !== name).join('|')})\\b`)

/**
 * Behaviour that differs between engines. The rest is logic: one engine tests it, and the others do when all tests
 * are asked for.
 */
const BY_ENGINE = /(guest-history|itp|demo\/engines)\.spec|@everywhere/

// Once a run, not in each worker. Here and not in a global set-up: the tests read the build as soon as they are loaded.
if (process.env.TEST_WORKER_INDEX === undefined) buildForTests()

/** Tests that need a whole Chromium. */
const BY_WINDOW = /@bfcache/

type Project = NonNullable<PlaywrightTestConfig<object, EngineOptions>['projects']>[number]

const projectsOf = ({ name, path, shell, webdriver, launchOptions }: Engine): readonly Project[] => {
  const project = {
    name,
    grepInvert: othersOf(name),
    // Starting a worker and its Firefox takes four seconds of a processor: one is enough for these tests, beside the
    // others.
    ...(name !== 'chromium' && process.env.CHOSEN_TESTS && { grep: BY_ENGINE, workers: 1 }),
    use: { browserName: name, launchOptions, webdriver: (webdriver && path) || '' },
  }
  if (shell === undefined || !process.env.CHOSEN_TESTS) return [project]
  const use = { ...project.use, launchOptions: { ...launchOptions, executablePath: shell } }
  return [
    { ...project, name: `${name}-window`, grep: BY_WINDOW },
    { ...project, grepInvert: [project.grepInvert, BY_WINDOW], use },
  ]
}

/** The same tests in every engine on this machine. */
export default defineConfig<object, EngineOptions>({
  testDir: '.',
  outputDir: '../test-results/e2e',
  fullyParallel: true,
  // For two cores: much of a test is waiting.
  workers: 3,
  retries: 0,
  // Against a test that hangs for good. The duration of a test depends more on the machine: on a busy one, ten times as
  // long as on another.
  timeout: 300_000,
  expect: { timeout: 120_000 },
  reporter: [['list'], ['json', { outputFile: '../test-results/e2e.json' }]],
  // The slower ones first: the last one has the processor to itself.
  projects: findEngines()
    .filter(({ path }) => path)
    .reverse()
    .flatMap(projectsOf),
})
