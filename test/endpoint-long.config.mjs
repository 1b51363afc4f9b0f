import { defineConfig } from 'vitest/config'

// What takes minutes, and is run by commands of its own: npm run bench:endpoint, npm run faults:endpoint.
export default defineConfig({
  test: {
    dir: 'test',
    include: ['endpoint*.bench.ts', 'endpoint*.faults.ts'],
    fileParallelism: false,
    reporters: ['verbose'],
  },
})
