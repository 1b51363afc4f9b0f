import { defineConfig } from 'vitest/config'

// What installs whole frameworks, and is run by a command of its own: npm run test:frameworks.
export default defineConfig({
  test: {
    dir: 'test/package/frameworks',
    globalSetup: 'test/package/frameworks/pack.ts',
    include: ['*.frameworks.ts'],
    fileParallelism: false,
    reporters: ['verbose'],
    // Against what hangs for good. Next takes minutes to come and to build.
    testTimeout: 900_000,
    hookTimeout: 900_000,
  },
})
