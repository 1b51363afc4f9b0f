import { defineConfig } from 'vitest/config'

// Tests that take minutes, with commands of their own: npm run bench:endpoint, npm run faults:endpoint.
export default defineConfig({
  test: {
    dir: 'test/endpoint',
    globalSetup: ['test/support/build.ts', 'test/endpoint/support/postgres.ts'],
    include: ['*.bench.ts', '*.faults.ts'],
    fileParallelism: false,
    reporters: ['verbose'],
  },
})
