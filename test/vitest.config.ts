import { readdirSync, readFileSync } from 'node:fs'
import { defineConfig } from 'vitest/config'

const testsIn = (room: string): readonly string[] =>
  readdirSync(`test/${room}`)
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `${room}/${name}`)

/**
 * Tests that start programs, ask the compiler about the platform, pack or install a package, forward to a receiver that
 * fails, or try thousands of bodies and lives.
 */
export const SLOW = [
  'endpoint/{check,deploy,forward,forwarder,fuzz,main,package,proxy,readme,schema}.test.ts',
  'package/{build,package,support}.test.ts',
  'tracker/{night,simulation}.test.ts',
]

/** Tests that start PostgreSQL. Their imports show it: a list of names would miss the next one. */
export const WITH_POSTGRES = testsIn('endpoint').filter((file) =>
  /support\/postgres'|\busePostgres\b/.test(readFileSync(`test/${file}`, 'utf8')),
)

/** Tests of others: the peers that `npm run bench:peers` installs have tests, too. */
export const NOT_OURS = '**/node_modules/**'

/** These tests read the built script, so no import shows that they depend on its source. */
const testsOfBuild = () => ['package', 'tracker'].flatMap(testsIn).map((file) => `test/${file}`)

export default defineConfig({
  test: {
    dir: 'test',
    include: ['**/*.test.ts'],
    exclude: [NOT_OURS],
    globalSetup: ['test/support/build.ts', 'test/endpoint/support/postgres.ts'],
    watchTriggerPatterns: [{ pattern: /src\/tracker\//, testsToRun: testsOfBuild }],
    // Half of the processor's work was loading the same modules for each file. A test restores everything that it
    // replaces. There is one project: between files of different projects, Vitest starts the process anew.
    isolate: false,
    // Most of the time is waiting for processes and timers.
    maxWorkers: 3,
    // Against a test that hangs for good. The duration of a test depends more on the machine.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 120_000 } },
    reporters: ['default', 'json'],
    outputFile: { json: 'test-results/unit.json' },
  },
})
