import { readdirSync } from 'node:fs'
import { defineConfig } from 'vitest/config'

/**
 * They start programs, replicate a database, pack or install a package, ask the compiler what the platform has, forward
 * to what fails, or try thousands of bodies and lives. Each runs on every store that it has.
 */
const SLOW = [
  'endpoint/{access,away,check,cursor,database,demoted,deploy,file,forward,forwarder,fuzz,growth}.test.ts',
  'endpoint/{main,package,proxy,readme,schema,transfer}.test.ts',
  'package/{build,package,support}.test.ts',
  'tracker/{night,simulation}.test.ts',
]

/** Each of them runs on SQLite first, and on PostgreSQL when all tests are asked for. */
const STORES = ['endpoint/{aside,erase,ingest,read,stream,summary,tables,watch}.test.ts']

const POSTGRES = 'test/endpoint/support/postgres.ts'

const TESTS = '**/*.test.ts'

/** Other people's: the peers that `npm run bench:peers` installs have tests too. */
const NOT_OURS = '**/node_modules/**'

/** They read the built script, so no import says that they depend on its source. */
const testsOfBuild = () =>
  ['package', 'tracker'].flatMap((room) =>
    readdirSync(`test/${room}`)
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => `test/${room}/${name}`),
  )

export default defineConfig({
  test: {
    dir: 'test',
    globalSetup: 'test/support/build.ts',
    watchTriggerPatterns: [{ pattern: /src\/tracker\//, testsToRun: testsOfBuild }],
    // Half of the processor's work was loading the same modules for each file. Whatever a test replaces, it restores.
    isolate: false,
    // Most of the time goes by waiting for processes and timers.
    maxWorkers: 3,
    // Against what hangs for good. How long a test takes says more about the machine.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 120_000 } },
    reporters: ['default', 'json'],
    outputFile: { json: 'test-results/unit.json' },
    // `npm run test:unit` runs the first one, `npm test` all.
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: [TESTS], exclude: [...SLOW, NOT_OURS], env: { STORES: 'SQLite' } },
      },
      {
        extends: true,
        test: { name: 'postgres', include: STORES, env: { STORES: 'PostgreSQL' }, globalSetup: POSTGRES },
      },
      { extends: true, test: { name: 'slow', include: SLOW, globalSetup: POSTGRES } },
    ],
  },
})
