import { readFileSync } from 'node:fs'
import { relative } from 'node:path'

const report = (file) => {
  try {
    return JSON.parse(readFileSync(`test-results/${file}.json`, 'utf8'))
  } catch {
    return undefined // The runner crashed before it could write: its step has failed.
  }
}

const testsOf = ({ suites = [], specs = [] }) => [
  ...suites.flatMap(testsOf),
  ...specs.flatMap(({ file, title, tests }) => tests.map((test) => ({ file, title, ...test }))),
]

/** Names each unit test that failed, or that had not ended when its process did, as after a crash. */
const unitTroubles = ({ testResults }) =>
  testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === 'failed' || status === 'pending')
      .map(({ status, fullName }) => {
        const how = status === 'failed' ? 'Failed' : 'Did not end'
        return `${how}: ${relative('.', name)}: ${fullName}`
      }),
  )

const isTrouble = ({ status }) => status === 'unexpected' || status === 'flaky'

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
  for (const line of unit ? unitTroubles(unit) : []) console.log(line)
  for (const { file, title, projectName } of tests.filter(isTrouble))
    console.log(`Failed: e2e/${file} in ${projectName}: ${title}`)
  console.log(
    failedSteps.length
      ? `Failed: ${failedSteps.join(', ')}`
      : 'All steps passed: types, format, lint, build, unit tests, end-to-end tests',
  )
  // A step that failed without a failed test (types, format, lint, no browser) is one failure, not none.
  console.log(`${passed} passed, ${failed || failedSteps.length} failed${skipped ? `, ${skipped} skipped` : ''}`)
}
