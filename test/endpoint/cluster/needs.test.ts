import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { missing } from './needs.mjs'

const folderWith = (...programs: readonly string[]) => {
  const folder = mkdtempSync(join(tmpdir(), 'wasabi-needs-'))
  onTestFinished(() => {
    rmSync(folder, { recursive: true })
  })
  for (const program of programs) writeFileSync(join(folder, program), '')
  return folder
}

const root = { platform: 'linux', user: 0 }

test.each([
  ['on another system', { platform: 'darwin', user: 0 }],
  ['for a user who is not root', { platform: 'linux', user: 1000 }],
  ['on Windows, which has no user ids', { platform: 'win32', user: undefined }],
])('the run of the cluster says %s that it needs Linux and root', (_, machine) => {
  expect(missing({ ...machine, path: '' })).toBe(
    'The run needs Linux and root: it makes hosts out of network namespaces.',
  )
})

test('the run of the cluster names each package that is missing, and how to install it', () => {
  const sentence = missing({ ...root, path: `${folderWith('etcd', 'ip')}:${folderWith('setpriv')}` })
  expect(sentence).toMatch(/^The run needs patroni, etcd-client.*apt-get install patroni etcd-client.*try again\.$/)
  expect(sentence).not.toMatch(/etcd-server|iproute2|util-linux/)
})

test('the run of the cluster ends with that sentence, and starts and installs nothing', () => {
  const empty = folderWith()
  mkdirSync(join(empty, 'tmp'))
  const { status, stdout, stderr } = spawnSync(process.execPath, ['test/endpoint/cluster/run.mjs'], {
    encoding: 'utf8',
    env: { PATH: empty, TMPDIR: join(empty, 'tmp') },
  })
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
  expect(stderr).toBe(`${String(missing({ platform: process.platform, user: process.getuid?.(), path: empty }))}\n`)
  expect(readdirSync(join(empty, 'tmp'))).toEqual([])
})
