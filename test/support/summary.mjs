import { readFileSync } from 'node:fs'

const report = (file) => {
  try {
    return JSON.parse(readFileSync(`test-results/${file}.json`, 'utf8'))
  } catch {
    return undefined // The runner crashed before it could write: its step has failed.
  }
}

const testsOf = ({ suites = [], specs = [] }) => [...suites.flatMap(testsOf), ...specs.flatMap(({ tests }) => tests)]

/** Prints the results of each engine, what did not run there and why, and last the line with all counts. */
export const summarize = (failedSteps, engines) => {
  const unit = report('unit')
  const e2e = report('e2e')
  const tests = e2e ? testsOf(e2e) : []
  const passed = (unit?.numPassedTests ?? 0) + (e2e?.stats.expected ?? 0)
  const failed = (unit?.numFailedTests ?? 0) + (e2e?.stats.unexpected ?? 0) + (e2e?.stats.flaky ?? 0)
  const skipped = (unit?.numPendingTests ?? 0) + (e2e?.stats.skipped ?? 0)

  console.log('')
  for (const { name, title, version, missing } of engines) {
    const ran = tests.filter(({ projectName, status }) => projectName.startsWith(name) && status !== 'skipped').length
    console.log(missing ?? `${title} ${version}: ${ran} end-to-end tests`)
  }
  if (process.env.CHOSEN_TESTS) console.log('npm run test:engines insists on all three, and runs every test in each')
  console.log(
    failedSteps.length
      ? `Failed: ${failedSteps.join(', ')}`
      : 'All steps passed: types, format, lint, build, unit tests, end-to-end tests',
  )
  // A step that failed without a failed test (types, format, lint, no browser) is one failure, not none.
  console.log(`${passed} passed, ${failed || failedSteps.length} failed${skipped ? `, ${skipped} skipped` : ''}`)
}
