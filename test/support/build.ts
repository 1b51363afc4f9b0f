import type { TestProject } from 'vitest/node'
import { buildForTests } from '../../src/build.mjs'

/** Before the first test, and before each further run of `npm run test:watch`. */
export const setup = (project: TestProject): void => {
  buildForTests()
  project.onTestsRerun(buildForTests)
}
