import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { SHOP } from '../../demo/hosts'
import { root } from './support/process'
import { unprivileged } from './support/postgres'
import { action } from './support/server'

/** An empty folder somewhere else, where the package is installed with its dependencies and nothing else. */
const project = mkdtempSync(join(tmpdir(), 'wasabi-package-'))
const modules = join(project, 'node_modules')
const installed = join(modules, 'wasabi-endpoint')

const run = (program: string, args: readonly string[]) => execFileSync(program, args, { cwd: root, encoding: 'utf8' })

const { version, bin, files } = JSON.parse(readFileSync('src/endpoint/package.json', 'utf8')) as {
  readonly version: string
  readonly bin: { readonly 'wasabi-endpoint': string }
  readonly files: readonly string[]
}

type Locked = { readonly dev?: true; readonly link?: true; readonly devOptional?: true }

beforeAll(() => {
  // The set-up of the tests has already built it.
  const source = join(project, 'source')
  for (const part of ['package.json', 'README.md', ...files.filter((name) => name !== 'dist')])
    cpSync(join(root, 'src/endpoint', part), join(source, part), { recursive: true })
  run(process.execPath, ['src/endpoint/pack.mjs', '--gather', join(source, 'dist')])
  run('npm', ['pack', source, '--ignore-scripts', '--pack-destination', project])
  rmSync(source, { recursive: true })
  mkdirSync(installed, { recursive: true })
  const [tarball = ''] = readdirSync(project).filter((name) => name.endsWith('.tgz'))
  run('tar', ['xzf', join(project, tarball), '-C', installed, '--strip-components=1'])
  // npm would ask the registry for the dependencies: these are the ones in the lock file.
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, Locked> }
  for (const [path, { dev, link, devOptional }] of Object.entries(packages))
    if (path.startsWith('node_modules/') && !dev && !link && !devOptional)
      cpSync(join(root, path), join(project, path), { recursive: true })
  run('chmod', ['-R', 'a+rX,a-w', project])
})
afterAll(() => {
  run('chmod', ['-R', 'u+w', project])
  rmSync(project, { recursive: true })
})

const command = join(installed, bin['wasabi-endpoint'])

/** Runs Node as another user, who can write into the data folder only. */
const runNode = (args: readonly string[], env: Readonly<Record<string, string>>) => {
  const nowhere = { HOME: '/nonexistent', TMPDIR: '/nonexistent', PATH: process.env.PATH }
  const child = spawn(process.execPath, args, {
    ...unprivileged(),
    cwd: project,
    env: { ...nowhere, ...env },
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()))
  return { child, said: () => said }
}

/** Runs the package's command. */
const start = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => runNode([command, ...args], env)

test('has no code of the demo, which is built beside it', () => {
  const scripts = readdirSync(installed, { recursive: true, encoding: 'utf8' }).filter((name) => /\.m?js$/.test(name))
  expect(scripts).toContain('dist/endpoint/main.js')
  expect(scripts.filter((name) => readFileSync(join(installed, name), 'utf8').includes(SHOP))).toEqual([])
})

test('has the licence of the project', () => {
  expect(readFileSync(join(installed, 'LICENSE'), 'utf8')).toBe(readFileSync(join(root, 'LICENSE'), 'utf8'))
})

test('says which Node it needs', async () => {
  // The version of Node that the program sees. The real one cannot be changed.
  const old = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '16.20.2' } })`
  const preload = `data:text/javascript,${encodeURIComponent(old)}`
  const { child, said } = runNode(['--import', preload, command, '--version'], {})
  expect(await once(child, 'close')).toEqual([1, null])
  expect(said()).toBe(
    'wasabi needs Node 20 or later, and this is 16.20.2: install a newer one from https://nodejs.org and try again.\n',
  )
  expect(readFileSync(command, 'utf8') + readFileSync(join(installed, 'node.mjs'), 'utf8')).not.toMatch(
    /^import .* from |\bawait\b/m,
  )
})

test('is smaller than 60 MB with all that it needs', () => {
  // The size in blocks of the disk, which small files and folders do not fill.
  const size = 1024 * parseInt(run('du', ['-sk', project]), 10)
  expect(size).toBeGreaterThan(1e6)
  expect(size).toBeLessThan(60e6)
})

test('has a command that a shell can start', () => {
  expect(readFileSync(command, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
})

test.each([
  ['--help', /^wasabi-endpoint +accepts events/],
  ['--version', new RegExp(`^${version}\n$`)],
])('%s exits with 0', async (argument, sentence) => {
  const { child, said } = start([argument])
  expect(await once(child, 'close')).toEqual([0, null])
  expect(said()).toMatch(sentence)
})

test('stores events as another user, who can write into the data folder only', async () => {
  const data = mkdtempSync(join(tmpdir(), 'wasabi-data-'))
  chmodSync(data, 0o777)
  onTestFinished(() => {
    rmSync(data, { recursive: true })
  })
  const { child, said } = start([], { PORT: '0', DATA_FILE: join(data, 'wasabi.sqlite') })
  await expect.poll(said).toContain('"event":"start"')
  const url = /http:\S+/.exec(said())?.[0] ?? ''
  expect((await fetch(url, { method: 'POST', body: action() })).status).toBe(201)
  const { origin } = new URL(url)
  for (const path of [
    '/',
    '/page.js',
    '/wasabi.js',
    `/wasabi-${version}.js`,
    '/customer-actions',
    '/overview/conversions',
  ])
    expect((await fetch(origin + path)).status, path).toBe(200)
  const closed = once(child, 'close')
  child.kill('SIGTERM')
  expect(await closed).toEqual([0, null])
  expect(readdirSync(data)).toEqual(['wasabi.sqlite'])
})
