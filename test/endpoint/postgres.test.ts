import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { prepareServer, type Server } from './support/postgres'

/**
 * The identifier of a running server's shared memory:
 * https://www.postgresql.org/docs/current/storage-file-layout.html
 */
const memoryOf = ({ folder }: Server): string => {
  const lines = readFileSync(join(folder, 'data/postmaster.pid'), 'utf8').split('\n')
  return lines[6]?.trim().split(/\s+/)[1] ?? ''
}

const allMemory = (): readonly string[] => spawnSync('ipcs', ['-m'], { encoding: 'utf8' }).stdout.split(/\s+/)

test.each(['runs', 'was killed'])(
  'a server that %s leaves no shared memory behind when it is removed',
  async (state) => {
    const server = prepareServer()
    await server.start()
    const memory = memoryOf(server)
    expect(allMemory()).toContain(memory)
    if (state === 'was killed') await server.kill()
    await server.remove()
    expect(allMemory()).not.toContain(memory)
  },
)
