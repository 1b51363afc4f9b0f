// `npm run dev`: builds and starts the demo again whenever a source changes. Pages and styles need a reload only.
import { spawn } from 'node:child_process'
import { buildIfOld } from '../src/build.mjs'

const run = (...args) => spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] })

const shell = process.ppid
if (!buildIfOld()) process.exit(1)

// Started by their files, without a shell between, so that both end with this process.
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
// npm passes a signal on to its shell, which ends and passes it on to nobody.
setInterval(() => {
  if (process.ppid !== shell) stop()
}, 250).unref()
