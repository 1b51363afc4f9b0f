// Before `npm pack`: copies the files of the package to the places that they have in it: under dist the program, the
// scripts that it serves and the contract's schema, and beside dist the licence. After it: removes the copies, since
// only the files in the root are kept up to date.
import { spawnSync } from 'node:child_process'
import { cpSync, rmSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const root = new URL('../../', import.meta.url)
const [, , step = '', place] = process.argv
const packed = place === undefined ? new URL('dist/', import.meta.url) : pathToFileURL(`${place}/`)
const from = (path) => new URL(path, root)
const to = (path) => new URL(path, packed)
const licence = to('../LICENSE')

const build = () => {
  rmSync(from('dist/endpoint/'), { recursive: true, force: true })
  const { status } = spawnSync('npx', ['rollup', '-c', '--silent'], {
    cwd: root,
    // npm prints the name of the package to the output.
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (status !== 0) process.exit(1)
}

const gather = () => {
  const scripts = ['wasabi.js', 'wasabi-html.js'].flatMap((name) => [name, `${name}.br`, `${name}.gz`])
  for (const path of [...scripts, 'endpoint/', 'page/']) cpSync(from(`dist/${path}`), to(path), { recursive: true })
  cpSync(from('src/contract/customer-action.schema.json'), to('customer-action.schema.json'))
  cpSync(from('LICENSE'), licence)
}

for (const copy of [packed, licence]) rmSync(copy, { recursive: true, force: true })
// Tests have built already, so they only use `--gather`, with another folder.
if (step === '') build()
if (step !== '--remove') gather()
