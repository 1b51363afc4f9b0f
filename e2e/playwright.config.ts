import { defineConfig } from 'playwright/test'

/** Every name of a test leads here, and nothing leads anywhere else: the browser's own services are answered by nobody. */
const HOSTS = '--host-resolver-rules=MAP *.test 127.0.0.1, MAP *.co.uk 127.0.0.1, MAP intranet 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.0.0.1'

export default defineConfig({
  testDir: '.',
  outputDir: '../test-results/e2e',
  fullyParallel: true,
  workers: 2,
  retries: 0,
  timeout: 30_000,
  reporter: [['list'], ['json', { outputFile: '../test-results/e2e.json' }]],
  use: {
    browserName: 'chromium',
    launchOptions: {
      ...(process.env.CHROMIUM && { executablePath: process.env.CHROMIUM }),
      args: [HOSTS, '--gaia-url=http://127.0.0.1:9', '--component-updater=url-source=http://127.0.0.1:9/'],
      // Playwright turns the back/forward cache off; visitors have it on.
      ignoreDefaultArgs: ['--disable-back-forward-cache'],
    },
  },
})
