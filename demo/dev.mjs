// `npm run dev`: the demo, built again and started again whenever a source changes. Pages and
// styles need a reload only.
import { spawn } from 'node:child_process'
import { buildIfOld } from '../src/build.mjs'

const run = (command, ...args) =>
  spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], shell: process.platform === 'win32' })

if (!buildIfOld()) process.exit(1)

const children = [
  run('npx', 'rollup', '-c', '--watch', '--silent', '--no-watch.clearScreen'),
  run(process.execPath, '--watch', 'dist/demo/demo.js'),
]
const stop = () => {
  for (const child of children) child.kill()
}
process.once('SIGINT', stop)
process.once('SIGTERM', stop)
for (const child of children) child.once('exit', stop)
