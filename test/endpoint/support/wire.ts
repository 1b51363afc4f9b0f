import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Server } from './postgres'

/**
 * The connection between the endpoint and its server. Each function can read a chunk, and replace it by one as long.
 */
export type Wire = {
  readonly toServer?: (chunk: Buffer) => Buffer
  readonly toClient?: (chunk: Buffer) => Buffer
}

const asItIs = (chunk: Buffer): Buffer => chunk

/** Connects a client and its PostgreSQL server until the test is over. Resolves to an address. */
export const startWire = async (
  { folder }: Pick<Server, 'folder'>,
  { toServer = asItIs, toClient = asItIs }: Wire,
): Promise<string> => {
  const own = mkdtempSync(join(tmpdir(), 'wasabi-wire-'))
  const name = '.s.PGSQL.5432'
  const listener = createServer((client) => {
    const server = connect(join(folder, name))
    client.on('data', (chunk: Buffer) => server.write(toServer(chunk)))
    server.on('data', (chunk: Buffer) => client.write(toClient(chunk)))
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const)
      one.on('error', () => undefined).on('close', () => other.destroy())
  })
  await new Promise<void>((resolve) => listener.listen(join(own, name), resolve))
  onTestFinished(() => {
    listener.close()
    rmSync(own, { recursive: true })
  })
  return `postgres://postgres@${encodeURIComponent(own)}`
}
