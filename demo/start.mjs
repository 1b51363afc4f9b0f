// `npm start`: builds, then serves the demo and the endpoint on one port. Plain, old JavaScript, so that an old Node can still say what is wrong.
const major = Number(process.versions.node.split('.')[0])

const start = ({ spawnSync }) => {
  const { status } = spawnSync('npx', ['rollup', '-c', '--silent'], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  if (status === 0) return import('../dist/demo/demo.js')
  console.error('The build failed: run npm ci to install what it needs, and try again.')
  process.exitCode = 1
}

if (major < 20) {
  console.error(
    `wasabi needs Node 20 or later, and this is ${process.versions.node}: install a newer one from https://nodejs.org and try again.`,
  )
  process.exitCode = 1
} else {
  import('node:child_process').then(start)
}
