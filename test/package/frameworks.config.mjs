import { defineConfig } from 'vitest/config'

// Tests that install whole frameworks, with a command of their own: npm run test:frameworks.
export default defineConfig({
  test: {
    dir: 'test/package/frameworks',
    globalSetup: 'test/package/frameworks/pack.ts',
    include: ['*.frameworks.ts'],
    fileParallelism: false,
    reporters: ['verbose'],
    // Against a test that hangs for good. Next takes minutes to install and to build.
    testTimeout: 900_000,
    hookTimeout: 900_000,
  },
})
