// The whole of `npm test`: each step in turn, all of them even if one fails, and one summary at the end.
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { bringEngines } from '../e2e/support/bring-engines.mjs'
import { summarize } from './support/summary.mjs'

rmSync('test-results', { recursive: true, force: true })
mkdirSync('test-results', { recursive: true })

/**
 * Firefox and WebKit run what depends on an engine, if they are here; asked for, they run
 * everything, and are brought here.
 */
const everything = process.argv.includes('--every-engine')
if (!everything) process.env.CHOSEN_TESTS = 'yes'
const WANTED = everything || process.env.CI ? ['chromium', 'firefox', 'webkit'] : ['chromium']

const npx = (...args) => spawnSync('npx', args, { stdio: 'inherit' }).status === 0

let engines = []

const steps = {
  types: () => npx('tsc', '-p', '.') && npx('tsc', '-p', 'src/tracker', '--noEmit'),
  format: () => npx('prettier', '--check', '--log-level', 'warn', '.'),
  lint: () => npx('eslint', '-c', 'test/eslint.config.mjs', 'src', 'test', 'e2e', 'demo', 'rollup.config.mjs'),
  build: () => npx('rollup', '-c'),
  unit: () => npx('vitest', 'run', '--config', 'test/vitest.config.ts'),
  'end to end': async () => {
    engines = await bringEngines(WANTED)
    const here = engines.filter(({ version }) => version)
    for (const { name, path } of here) process.env[name.toUpperCase()] = path
    const passed =
      here.length > 0 && npx('playwright', 'test', '-c', 'e2e', ...here.map(({ name }) => `--project=${name}`))
    return passed && WANTED.every((name) => here.some((engine) => engine.name === name))
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

summarize(failedSteps, engines)
process.exitCode = failedSteps.length ? 1 : 0
