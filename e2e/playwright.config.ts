import { defineConfig } from 'playwright/test'
import { findEngines } from './engines.mjs'
import type { EngineOptions } from './fixtures'

/** The same tests in every engine that is here; those tagged `@chromium` need what only its driver can do. */
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
      ...(name !== 'chromium' && { grepInvert: /@chromium/ }),
      use: { browserName: name, launchOptions, webdriver: webdriver ? path : undefined },
    })),
})
