// `npm run endpoint` and `npm run check`: build what is missing or older than its source, then run.
// Plain old JavaScript up to the check, so that an old Node can say so.
const major = Number(process.versions.node.split('.')[0])
if (major < 20) {
  console.error(
    `wasabi needs Node 20 or later, and this is ${process.versions.node}: install a newer one from https://nodejs.org and try again.`,
  )
  process.exit(1)
}
const { spawnSync } = await import('node:child_process')
const { readdirSync, statSync } = await import('node:fs')
const { fileURLToPath } = await import('node:url')

const root = fileURLToPath(new URL('../..', import.meta.url))
const built = ['dist/endpoint/main.js', 'dist/wasabi.js'].map((file) => root + file)
const sources = ['src', 'demo', 'rollup.config.mjs', 'package.json'].map((path) => root + path)

const timeOf = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
const newestIn = (path) =>
  statSync(path).isDirectory()
    ? Math.max(timeOf(path), ...readdirSync(path).map((name) => newestIn(`${path}/${name}`)))
    : timeOf(path)

if (Math.min(...built.map(timeOf)) < Math.max(...sources.map(newestIn))) {
  // Whatever it says goes to the error output: the output may be an export.
  const build = spawnSync('npx', ['rollup', '-c', '--silent'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (build.status !== 0) process.exit(1)
}
await import('../../dist/endpoint/main.js')
