// `npm run test:e2e -- PATTERN` runs the tests in real browsers whose file or name contains the pattern, only in
// Chromium. Another engine: npm run test:e2e -- --project=firefox PATTERN
import { spawnSync } from 'node:child_process'
import { bringEngines } from './support/bring-engines.mjs'

const wishes = process.argv.slice(2)
const named = wishes.flatMap((word) => /^--project=(\w+)$/.exec(word)?.[1] ?? [])
const wanted = named.length > 0 ? named : ['chromium']

const engines = (await bringEngines(wanted)).filter(({ name }) => wanted.includes(name))
for (const { name, path, missing } of engines) {
  if (missing) console.error(missing)
  else process.env[name.toUpperCase()] = path
}
if (engines.some(({ missing }) => missing)) process.exit(1)

const projects = named.length > 0 ? [] : ['--project=chromium']
const { status } = spawnSync('npx', ['playwright', 'test', '-c', 'e2e', ...projects, ...wishes], {
  stdio: 'inherit',
  shell: process.platform === 'win32',
})
process.exitCode = status ?? 1
