// The whole of `npm test`: each step in turn, all of them even if one fails, and one summary at the end.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { findChromium } from '../e2e/find-chromium.mjs'

rmSync('test-results', { recursive: true, force: true })
mkdirSync('test-results', { recursive: true })

const npx = (...args) => spawnSync('npx', args, { stdio: 'inherit' }).status === 0

const report = (file) => {
  try {
    return JSON.parse(readFileSync(`test-results/${file}.json`, 'utf8'))
  } catch {
    return undefined // The runner fell over before it could write: its step has failed.
  }
}

const steps = {
  types: () => npx('tsc', '-p', '.') && npx('tsc', '-p', 'src', '--noEmit'),
  lint: () => npx('eslint', '-c', 'test/eslint.config.mjs', 'src', 'test', 'e2e', 'demo'),
  build: () => npx('rollup', '-c'),
  unit: () => npx('vitest', 'run', '--config', 'test/vitest.config.ts'),
  'end to end': async () => {
    const { path, version } = await findChromium()
    console.log(`Chromium ${version} (${path})`)
    process.env.CHROMIUM = path
    return npx('playwright', 'test', '-c', 'e2e')
  },
}

const failedSteps = []
for (const [name, step] of Object.entries(steps)) {
  console.log(`\n— ${name}`)
  const passed = await Promise.resolve()
    .then(step)
    .catch((error) => console.error(error.message))
  if (!passed) failedSteps.push(name)
}

const unit = report('unit')
const e2e = report('e2e')?.stats
const passed = (unit?.numPassedTests ?? 0) + (e2e?.expected ?? 0)
const failed = (unit?.numFailedTests ?? 0) + (e2e?.unexpected ?? 0) + (e2e?.flaky ?? 0)
const skipped = (unit?.numPendingTests ?? 0) + (e2e?.skipped ?? 0)

console.log(failedSteps.length ? `\nFailed: ${failedSteps.join(', ')}` : '\nAll steps passed: types, lint, build, unit tests, end-to-end tests')
// A step that failed without a failed test (types, lint, no browser) is one failure, not none.
console.log(`${passed} passed, ${failed || failedSteps.length} failed${skipped ? `, ${skipped} skipped` : ''}`)
process.exitCode = failedSteps.length ? 1 : 0
