// Before `npm pack`: gathers what the package holds, the program, the script that it serves and the contract's schema,
// in the places that they have under dist. After it: removes them, since only what is under
// dist in the root is kept new.
import { spawnSync } from 'node:child_process'
import { cpSync, rmSync } from 'node:fs'

const root = new URL('../../', import.meta.url)
const packed = new URL('dist/', import.meta.url)
const from = (path) => new URL(path, root)
const to = (path) => new URL(path, packed)

rmSync(packed, { recursive: true, force: true })
if (!process.argv.includes('--remove')) {
  rmSync(from('dist/endpoint/'), { recursive: true, force: true })
  const { status } = spawnSync('npx', ['rollup', '-c', '--silent'], {
    cwd: root,
    // npm prints the name of the package to the output.
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (status !== 0) process.exit(1)
  for (const path of ['wasabi.js', 'wasabi.js.br', 'wasabi.js.gz', 'endpoint/', 'page/'])
    cpSync(from(`dist/${path}`), to(path), { recursive: true })
  cpSync(from('src/contract/customer-action.schema.json'), to('customer-action.schema.json'))
}
