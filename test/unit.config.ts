import { defineConfig } from 'vitest/config'
import all, { NOT_OURS, SLOW, WITH_POSTGRES } from './vitest.config'

/** The tests that take some seconds in all, on SQLite. */
export default defineConfig({
  test: {
    ...all.test,
    exclude: [...SLOW, ...WITH_POSTGRES, NOT_OURS],
    globalSetup: 'test/support/build.ts',
    env: { STORES: 'SQLite' },
  },
})
