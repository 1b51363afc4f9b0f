import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createContext, runInContext } from 'node:vm'
import nodeResolve from '@rollup/plugin-node-resolve'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { rollup, type RollupLog } from 'rollup'
import { loadConfigFile } from 'rollup/loadConfigFile'
import { afterAll, beforeAll, expect, test } from 'vitest'

/** An empty project somewhere else, with the tarball installed as by a user. */
const project = mkdtempSync(join(tmpdir(), 'wasabi-'))
afterAll(() => {
  rmSync(project, { recursive: true })
})

const npm = (...args: readonly string[]) => execFileSync('npm', args, { cwd: project, encoding: 'utf8' })
const node = (code: string) =>
  execFileSync(process.execPath, ['--input-type=module', '--eval', code], { cwd: project, encoding: 'utf8' })

const packed = { filename: '', files: [''] }

beforeAll(() => {
  // Without its script: it would build once more, while the other tests read the build.
  const [pack] = JSON.parse(npm('pack', resolve('.'), '--ignore-scripts', '--json')) as [
    { filename: string; files: { path: string }[] },
  ]
  Object.assign(packed, { filename: pack.filename, files: pack.files.map(({ path }) => path) })
  const dependencies = { 'wasabi-utm': `file:./${pack.filename}` }
  writeFileSync(join(project, 'package.json'), JSON.stringify({ type: 'module', dependencies }))
  npm('install', '--offline', '--install-links', '--no-audit', '--no-fund')
})

const bundle = async (code: string, format: 'es' | 'iife' = 'es') => {
  const entry = join(project, 'entry.js')
  writeFileSync(entry, code)
  const bundled = await rollup({ input: entry, plugins: [nodeResolve({ browser: true })], logLevel: 'silent' })
  const { output } = await bundled.generate({ format, name: 'wasabi' })
  return output[0].code
}

/** Every documented call, as a server would make it by accident. */
const EVERY_CALL = `
  const tracker = createTracker({ endpoint: 'https://collect.example.com/customer-actions' })
  const id = tracker.track('SIGN_UP', { interactionId: 7 })
  const said = [tracker.track('SIGN_UP'), tracker.update('7', {}), tracker.identify(7), tracker.reset(), tracker.consent(true), tracker.init({ endpoint: '/' }), tracker.attribution()]
  const answers = JSON.stringify([id, ...said.filter(Boolean)])`

test('the tarball has what is needed, and nothing else', () => {
  const readme = existsSync('README.md') ? ['README.md'] : []
  expect(packed.files.sort()).toEqual(
    [
      ...['LICENSE', ...readme, 'package.json', 'dist/stub.js'],
      ...['wasabi', 'wasabi-html'].flatMap((name) => [`dist/${name}.js`, `dist/${name}.js.map`]),
      ...['index', 'server'].flatMap((name) =>
        ['js', 'js.map', 'cjs', 'cjs.map', 'd.ts', 'd.cts'].map((ending) => `dist/${name}.${ending}`),
      ),
    ].sort(),
  )
})

/** The files that a tag loads. */
const TAGS = ['wasabi.js', 'html.js', 'stub.js']

test('publint has nothing to say', async () => {
  const { messages, pkg } = await publint({
    pkgDir: join(project, 'node_modules/wasabi-utm'),
    pack: false,
    strict: true,
  })
  expect(messages.map((message) => formatMessage(message, pkg as Record<string, unknown>))).toEqual([])
})

test('its types are found by every resolver, for each entry', () => {
  // The others are files for a tag, not modules with named exports. node10 does not know `exports`.
  const attw = resolve('node_modules/@arethetypeswrong/cli/dist/index.js')
  const args = [attw, packed.filename, '--profile', 'node16', '--exclude-entrypoints', ...TAGS]
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: project, encoding: 'utf8' })
  expect(status, stdout).toBe(0)
})

test.each([
  ['bundler', 'ESNext'],
  ['nodenext', 'NodeNext'],
])('valid code compiles and invalid code does not, with moduleResolution %s', (moduleResolution, module) => {
  cpSync('test/package/types.ts', join(project, 'types.ts'))
  const options = {
    target: 'ES2022',
    lib: ['ES2022', 'DOM'],
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    // The libraries of TypeScript itself are not checked, but the files in the tarball are.
    skipDefaultLibCheck: true,
    module,
    moduleResolution,
  }
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['types.ts'] }))
  execFileSync(process.execPath, [resolve('node_modules/typescript/bin/tsc'), '-p', project], { stdio: 'inherit' })
})

test('a server imports it, calls everything, and nothing happens', () => {
  expect(node(`import { createTracker } from 'wasabi-utm'; ${EVERY_CALL}; console.log(answers)`)).toBe('["7"]\n')
})

test('CommonJS, as Jest loads it, finds the same', () => {
  const code = `const { createTracker } = require('wasabi-utm'); ${EVERY_CALL}; console.log(answers)`
  const args = ['--input-type=commonjs', '--eval', code]
  expect(execFileSync(process.execPath, args, { cwd: project, encoding: 'utf8' })).toBe('["7"]\n')
})

test.each(['es', 'cjs'])('the server entry makes a valid event, as %s', (format) => {
  const load = format === 'es' ? "await import('wasabi-utm/server')" : "require('wasabi-utm/server')"
  const code = `const { customerAction } = ${load}; console.log(customerAction('SIGN_UP', { interactionId: 7, customerId: 42 }).body.customerId)`
  const args = [`--input-type=${format === 'es' ? 'module' : 'commonjs'}`, '--eval', code]
  expect(execFileSync(process.execPath, args, { cwd: project, encoding: 'utf8' })).toBe('42\n')
})

test.each(['index', 'server'])('dist/%s.js imports nothing', (name) => {
  expect(readFileSync(`dist/${name}.js`, 'utf8')).not.toMatch(/^import |\bimport\(|\brequire\(/m)
})

test('the script and the module bear a global scope without a window', async () => {
  const edge = createContext({})
  runInContext(readFileSync('dist/wasabi.js', 'utf8'), edge)
  runInContext(await bundle("export { createTracker } from 'wasabi-utm'", 'iife'), edge)
  expect(runInContext(`{ const { createTracker } = wasabi; ${EVERY_CALL}; answers }`, edge)).toBe('["7"]')
})

test('a bundler leaves out what is imported and not used, and keeps the script', async () => {
  expect((await bundle("import { createTracker } from 'wasabi-utm'")).trim()).toBe('')
  expect(await bundle("import 'wasabi-utm/wasabi.js'")).toContain('currentScript')
  expect(await bundle("import { createTracker } from 'wasabi-utm'; createTracker({ endpoint: '/' })")).not.toMatch(
    /\bfrom ['"]/,
  )
})

test('a second build has the same bytes, and reports them with their integrity', async () => {
  const lines: string[] = []
  const { options } = await loadConfigFile(resolve('rollup.config.mjs'), { silent: true })
  const files = options.filter(({ output: [output] }) => output?.file && !/\.d\.c?ts$/.test(output.file))
  for (const config of files) {
    const bundled = await rollup({ ...config, onLog: (_level: string, { message }: RollupLog) => lines.push(message) })
    for (const output of config.output)
      expect((await bundled.generate(output)).output[0].code, output.file).toBe(readFileSync(output.file ?? '', 'utf8'))
  }
  const script = readFileSync('dist/wasabi.js')
  const integrity = `integrity="sha384-${createHash('sha384').update(script).digest('base64')}"`
  expect(lines.filter((line) => line.includes('dist/wasabi.js'))).toEqual([
    expect.stringMatching(`${script.length} bytes, gzip \\d+, brotli \\d+, `),
  ])
  expect(lines.join()).toContain(integrity)
})
