import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    dir: 'test',
    // Most of the time goes by waiting for processes and timers.
    maxWorkers: 3,
    // Against what hangs for good. How long a test takes says more about the machine.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    reporters: ['default', 'json'],
    outputFile: { json: 'test-results/unit.json' },
  },
})
