// `npm run dev`: the demo, built again and started again whenever a source changes. Pages and
// styles need a reload only.
import { spawn } from 'node:child_process'
import { buildIfOld } from '../src/build.mjs'

const run = (...args) => spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] })

if (!buildIfOld()) process.exit(1)

// By their files and without a shell between, so that both end with this one.
const children = [
  run('node_modules/rollup/dist/bin/rollup', '-c', '--watch', '--silent', '--no-watch.clearScreen'),
  run('--watch', 'dist/demo/demo.js'),
]
const stop = () => {
  for (const child of children) child.kill()
}
process.once('SIGINT', stop)
process.once('SIGTERM', stop)
for (const child of children) child.once('exit', stop)
