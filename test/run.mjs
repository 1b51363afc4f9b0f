// The whole of `npm test`: every step, even if one fails, and one summary at the end.
import { spawn } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { bringEngines } from '../e2e/support/bring-engines.mjs'
import { summarize } from './support/summary.mjs'

rmSync('test-results', { recursive: true, force: true })
mkdirSync('test-results', { recursive: true })

/**
 * Firefox and WebKit run the tests that depend on an engine, if they are on this machine. On request they run all
 * tests, and are installed.
 */
const everything = process.argv.includes('--every-engine')
if (!everything) process.env.CHOSEN_TESTS = 'yes'
const WANTED = everything || process.env.CI ? ['chromium', 'firefox', 'webkit'] : ['chromium']

/** Runs a command. Its output is shown at once, or at its end if it runs beside another one. */
const npx = (args, stdio = 'pipe') =>
  new Promise((resolve) => {
    const child = spawn('npx', args, { stdio: ['ignore', stdio, stdio], shell: process.platform === 'win32' })
    const written = []
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => written.push(chunk))
    child.once('close', (code) => {
      process.stdout.write(Buffer.concat(written))
      resolve(code === 0)
    })
  })

let engines = []

const steps = {
  // The build checks the code of pages and of servers, each with the names that exist there.
  types: () => npx(['tsc', '-p', '.']),
  format: () => npx(['prettier', '--check', '--log-level', 'warn', '.']),
  lint: () => npx(['eslint', '-c', 'test/eslint.config.mjs', 'src', 'test', 'e2e', 'demo', 'rollup.config.mjs']),
  build: () => npx(['rollup', '-c']),
  unit: () => npx(['vitest', 'run', '--config', 'test/vitest.config.ts']),
  'end to end': async () => {
    engines = await bringEngines(WANTED)
    const here = engines.filter(({ version }) => version)
    for (const { name, path } of here) process.env[name.toUpperCase()] = path
    const projects = here.map(({ name }) => `--project=${name}*`)
    const passed = here.length > 0 && (await npx(['playwright', 'test', '-c', 'e2e', ...projects], 'inherit'))
    return passed && WANTED.every((name) => here.some((engine) => engine.name === name))
  },
}

const failedSteps = []

const run = async (name) => {
  console.log(`\n— ${name} …`)
  const passed = await Promise.resolve()
    .then(steps[name])
    .catch((error) => console.error(error.message))
  console.log(`\n— ${name}: ${passed ? 'passed' : 'FAILED'}`)
  if (!passed) failedSteps.push(name)
}

/** Both at once: while one waits for a process or a timer, the other one uses the processor. */
const built = run('build')
const inVitest = built.then(() => run('unit'))
for (const name of ['types', 'format', 'lint']) await run(name)
await built
await run('end to end')
await inVitest

summarize(failedSteps, engines)
process.exitCode = failedSteps.length ? 1 : 0
