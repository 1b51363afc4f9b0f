// The operator's files, filled in as an operator does, and the folder that the programs write to.
import { execFileSync } from 'node:child_process'
import { chownSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../..', import.meta.url))
export const deploy = `${root}src/endpoint/deploy/cluster/`
export const secrets = {
  SUPERUSER_PASSWORD: 'superuser',
  REPLICATION_PASSWORD: 'replication',
  WASABI_PASSWORD: 'wasabi',
  READ_TOKEN: 'token-of-this-test',
}

/** The lines of one of the operator's files, filled in. */
export const environmentOf = (file, values) =>
  Object.fromEntries(
    readFileSync(deploy + file, 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => line.replace(/\$\{(\w+)\}/g, (_, name) => values[name]))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )

export const prepareFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'wasabi-cluster-'))
  const user = (flag) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  const own = (path) => {
    mkdirSync(path, { recursive: true, mode: 0o700 })
    chownSync(path, user('-u'), user('-g'))
    return path
  }
  own(folder)
  return { folder, own }
}
