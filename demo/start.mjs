// `npm start`: builds, then serves the demo site and the endpoint on one port. Plain, old JavaScript up to the check, so that an old Node can say so.
const major = Number(process.versions.node.split('.')[0])
if (major < 20) {
  console.error(`wasabi needs Node 20 or later, and this is ${process.versions.node}: install a newer one from https://nodejs.org and try again.`)
  process.exit(1)
}
const { spawnSync } = await import('node:child_process')
const build = spawnSync('npx', ['rollup', '-c', '--silent'], { stdio: 'inherit', shell: process.platform === 'win32' })
if (build.status !== 0) process.exit(1)
await import('../dist/demo/demo.js')
