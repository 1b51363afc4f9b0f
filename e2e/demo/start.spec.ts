import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { listen, portOf, shut } from '../support/host'
import { expect, test } from '../support/demo'

/** Runs a script to its end, and resolves to its exit code and output. */
const run = async (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
  const child = spawn(process.execPath, args, { env: { ...process.env, PORT: '0', DATA_FILE: ':memory:', ...env } })
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const [said, complained] = await Promise.all([text(child.stdout), text(child.stderr)])
  return { code: await exit, said, complained: complained.trim() }
}

const DEMO = ['dist/demo/demo.js']

test('a port that is in use is reported, with another one to use', { tag: '@chromium' }, async () => {
  const other = await listen(() => undefined)
  const port = portOf(other)
  const { code, complained } = await run(DEMO, { PORT: `${port}` })
  expect(complained).toBe(
    `Port ${port} is in use: stop what uses it, or choose another one, as in PORT=4180 npm start.`,
  )
  expect(code).toBe(1)
  await shut(other)
})

test('a port that is none is reported', { tag: '@chromium' }, async () => {
  const { code, complained } = await run(DEMO, { PORT: '80a' })
  expect(complained).toBe('PORT is 80a: set it to a number from 0 to 65535, as in PORT=4173 npm start.')
  expect(code).toBe(1)
})

test(
  'a data file that cannot be opened is reported, with the variable to set',
  { tag: '@chromium' },
  async ({}, testInfo) => {
    const file = testInfo.outputPath('no-database.sqlite')
    writeFileSync(file, 'This is a letter, and no database. '.repeat(50))
    const { code, complained } = await run(DEMO, { DATA_FILE: file })
    expect(complained).toContain(`Cannot use ${file} as the data file`)
    expect(complained).toContain('set DATA_FILE')
    expect(complained.split('\n')).toHaveLength(1)
    expect(code).toBe(1)
  },
)

test(
  'an old Node gets a sentence that names the one to install, before anything is built',
  { tag: '@chromium' },
  async () => {
    // The version of Node that start.mjs sees. The real one cannot be changed.
    const old = `data:text/javascript,globalThis.process=Object.create(process,{versions:{value:{node:'18.20.8'}}})`
    const { code, said, complained } = await run(['--import', old, 'demo/start.mjs'])
    expect(complained).toBe(
      'wasabi needs Node 20 or later, and this is 18.20.8: install a newer one from https://nodejs.org and try again.',
    )
    expect(said).toBe('')
    expect(code).toBe(1)
  },
)

test('the demo keeps its events in a file of its own', { tag: '@chromium' }, async ({}, testInfo) => {
  const folder = testInfo.outputPath()
  const env: NodeJS.ProcessEnv = { ...process.env, PORT: '0' }
  delete env.DATA_FILE
  const demo = spawn(process.execPath, [resolve('dist/demo/demo.js')], { cwd: folder, env })
  for await (const line of createInterface(demo.stdout)) if (line.startsWith('Events are kept')) break
  demo.kill()
  expect(readdirSync(`${folder}/data`)).toContain('demo.sqlite')
})

/** A copy of the project, with a build that is short. */
const copyProject = (folder: string): void => {
  for (const part of ['src', 'demo', 'dist', 'package.json', 'tsconfig.json', 'rollup.config.mjs'])
    cpSync(part, `${folder}/${part}`, { recursive: true })
  writeFileSync(
    `${folder}/rollup.config.mjs`,
    `export default { input: 'src/build.mjs', output: { dir: 'built' }, external: /^node:/ }`,
  )
  symlinkSync(resolve('node_modules'), `${folder}/node_modules`)
}

test('a start that has to build says so first', { tag: '@chromium' }, async ({}, testInfo) => {
  // The short build's configuration is newer than the whole build.
  const folder = testInfo.outputPath('copy')
  copyProject(folder)
  const demo = spawn(process.execPath, ['demo/start.mjs'], { cwd: folder, env: { ...process.env, PORT: '0' } })
  const [first] = (await once(createInterface(demo.stderr), 'line')) as [string]
  expect(first).toBe('Building wasabi, which takes some seconds …')
  const [address] = (await once(createInterface(demo.stdout), 'line')) as [string]
  expect(address).toContain('The demo is open: http://wasabi.localhost')
  expect(readdirSync(`${folder}/built`)).toEqual(['build.js'])
  demo.kill()
})

for (const script of ['start', 'dev'])
  test(`npm run ${script} ends when npm alone is ended`, { tag: '@chromium' }, async ({}, testInfo) => {
    const folder = testInfo.outputPath('copy')
    copyProject(folder)
    const env = { ...process.env, PORT: '0', DATA_FILE: ':memory:' }
    const npm = spawn('npm', ['run', script], { cwd: folder, env })
    let said = ''
    npm.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
    await expect.poll(() => said).toContain('Events are kept')
    npm.kill('SIGTERM')
    // All processes of the demo have npm's pipes. These close when the last of them ends.
    await once(npm, 'close')
  })
