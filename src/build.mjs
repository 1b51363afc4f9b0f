// Builds when a source is newer than what was built. Tests, demo and endpoint start with it, so
// that none of them uses an old build.
import { spawnSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** All that rollup.config.mjs writes under a name that does not change. A test compares the two. */
export const BUILT = [
  'dist/wasabi.js',
  'dist/wasabi-html.js',
  ...['index', 'server'].flatMap((name) => ['js', 'cjs', 'd.ts', 'd.cts'].map((ending) => `dist/${name}.${ending}`)),
  'dist/stub.js',
  'dist/page/page.js',
  'dist/endpoint/main.js',
  'dist/demo/demo.js',
  'dist/demo/serve.js',
  'dist/demo/parts.js',
]

const SOURCES = ['src', 'demo', 'rollup.config.mjs', 'package.json', 'tsconfig.json']

/**
 * The demo's pages are served as they are. Texts and samples are no part of a build, and what
 * npm installs is none of ours.
 */
const isBuilt = (path) =>
  !['demo/site', 'demo/screenshots', 'src/endpoint/deploy'].includes(path) && !/\.md$|\/(node_modules|dist)$/.test(path)

const timeOf = (folder, path) => statSync(`${folder}/${path}`, { throwIfNoEntry: false })?.mtimeMs ?? 0

/** A folder counts too: its time changes when a file is deleted. */
const timesIn = (folder, path) => {
  if (!isBuilt(path)) return []
  const inside = statSync(`${folder}/${path}`).isDirectory() ? readdirSync(`${folder}/${path}`) : []
  return [timeOf(folder, path), ...inside.flatMap((name) => timesIn(folder, `${path}/${name}`))]
}

/** Says whether each built file is there, and younger than every source. */
export const isFresh = (folder = root) =>
  Math.min(...BUILT.map((file) => timeOf(folder, file))) >=
  Math.max(...SOURCES.flatMap((path) => timesIn(folder, path)))

/** Builds what is old, and says so first. Everything it says goes to the error output: the output may be an export. */
export const buildIfOld = () => {
  if (isFresh()) return true
  console.error('Building wasabi, which takes some seconds …')
  const { status } = spawnSync('npx', ['rollup', '-c', '--silent'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (status !== 0) console.error('The build failed. If a package is missing, npm ci installs it.')
  return status === 0
}

/** Builds what is old, or stops the run: no test judges an old build. */
export const buildForTests = () => {
  if (!buildIfOld()) throw new Error('The tests need a build, and it failed.')
}
