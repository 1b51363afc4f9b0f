import { defineConfig } from 'playwright/test'
import { findEngines } from './engines.mjs'
import type { EngineOptions } from './fixtures'

/** A test that needs what only one engine or its driver has is tagged with the engine's name. */
const othersOf = (name: string) => new RegExp(`@(${['chromium', 'firefox', 'webkit'].filter((other) => other !== name).join('|')})\\b`)

/** The same tests in every engine that is here. */
export default defineConfig<object, EngineOptions>({
  testDir: '.',
  outputDir: '../test-results/e2e',
  fullyParallel: true,
  workers: 2,
  retries: 0,
  timeout: 30_000,
  reporter: [['list'], ['json', { outputFile: '../test-results/e2e.json' }]],
  projects: findEngines()
    .filter(({ path }) => path)
    .map(({ name, path, webdriver, launchOptions }) => ({
      name,
      grepInvert: othersOf(name),
      use: { browserName: name, launchOptions, webdriver: (webdriver && path) || '' },
    })),
})
