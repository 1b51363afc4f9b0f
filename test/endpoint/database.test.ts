import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { openStore } from '../../src/endpoint/store/open'
import type { Store } from '../../src/endpoint/store/store'
import { administrate, prepareServer } from './support/postgres'
import { useProgram } from './support/process'
import { action, arrivalOf, startEndpoint } from './support/server'
import { expireBefore, historyIn } from './support/stores'
import { startWire } from './support/wire'

const program = useProgram('endpoint-database')
const server = prepareServer()
beforeAll(() => server.start())
afterAll(() => server.remove())

let databases = 0
const freshDatabase = async (options = ''): Promise<string> => {
  databases += 1
  const name = `database_${String(databases)}`
  await administrate(server, `CREATE DATABASE ${name} ${options}`)
  return name
}

const runIn = async (name: string, statement: string): Promise<readonly unknown[]> => {
  const client = new pg.Client({ connectionString: `${server.host}/${name}` })
  await client.connect()
  try {
    return (await client.query(statement)).rows as readonly unknown[]
  } finally {
    await client.end()
  }
}

const arrival = (fields: Readonly<Record<string, unknown>>) => arrivalOf(Buffer.from(action(fields)))

test.each(['LATIN1', 'SQL_ASCII'])('does not start on a database in %s', async (encoding) => {
  const name = await freshDatabase(`ENCODING '${encoding}' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'`)
  const { code, errors } = await program.command({ PORT: '0', DATABASE_URL: `${server.host}/${name}` }, [])
  expect([code, errors]).toEqual([1, expect.stringMatching(`its encoding is ${encoding}.*ENCODING 'UTF8'`)])
})

test('a row that the database cannot hold fails alone', async () => {
  const name = await freshDatabase()
  const store = await openStore({ database: `${server.host}/${name}` })
  onTestFinished(() => store.close())
  await runIn(name, `ALTER TABLE wasabi_event ADD CHECK (text NOT LIKE '%poison%')`)
  const poisoned = [3, 17]
  const group = Array.from({ length: 40 }, (_, index) =>
    arrival({ interactionId: String(index), customerId: poisoned.includes(index) ? 'poison' : 'c' }),
  )
  const outcomes = await store.append(group)
  expect(outcomes).toEqual(group.map((_, index) => (poisoned.includes(index) ? undefined : 'stored')))
  expect(await store.events({ after: '0', limit: 100 })).toHaveLength(38)
})

test('a bad row is answered with 503, and its neighbours with 201', async () => {
  const name = await freshDatabase()
  const { post } = await startEndpoint({ database: `${server.host}/${name}`, log: () => undefined })
  await runIn(name, `ALTER TABLE wasabi_event ADD CHECK (text NOT LIKE '%poison%')`)
  const ids = Array.from({ length: 20 }, (_, index) => (index === 7 ? 'poison' : String(index)))
  const answers = await Promise.all(ids.map((interactionId) => post(action({ interactionId }))))
  expect(answers.map(({ status }) => status)).toEqual(ids.map((id) => (id === 'poison' ? 503 : 201)))
})

/** The server's sentence, and a German one of the same length. */
const translated = ['canceling wait for synchronous replication', 'storniere das Warten auf synchrone Replika'] as const

test('a cancelled wait for a standby is not acknowledged by a server that speaks another language', async () => {
  const name = await freshDatabase()
  let notices = 0
  const toClient = (chunk: Buffer): Buffer => {
    const text = chunk.toString('latin1')
    if (text.includes(translated[0])) notices += 1
    return Buffer.from(text.replaceAll(...translated), 'latin1')
  }
  const wire = await startWire(server, { toClient })
  const { post } = await program.start({ DATABASE_URL: `${wire}/${name}` })
  expect(await post(action({ interactionId: 'before' }))).toBe(201)
  const waitFor = async (standbys: string) => {
    await administrate(server, `ALTER SYSTEM SET synchronous_standby_names = '${standbys}'`)
    await administrate(server, 'SELECT pg_reload_conf()')
  }
  onTestFinished(() => waitFor(''))
  await waitFor('nobody')
  const cancel = `SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'`
  const answer = post(action({ interactionId: 'alone' }))
  await expect.poll(() => administrate(server, cancel)).toHaveLength(1)
  expect(await answer).toBe(503)
  expect(notices).toBe(1)
})

/**
 * Reads the names of the statements that a client prepares:
 * https://www.postgresql.org/docs/15/protocol-message-formats.html
 */
const createNameReader = () => {
  const names: string[] = []
  const toServer = (chunk: Buffer): Buffer => {
    // The first message of a connection has no type.
    if (chunk[0] === 0) return chunk
    for (let at = 0; at + 5 <= chunk.length; at += 1 + chunk.readUInt32BE(at + 1))
      if (chunk[at] === 0x50) names.push(chunk.subarray(at + 5, chunk.indexOf(0, at + 5)).toString())
    return chunk
  }
  return { names, toServer }
}

const useForward = async ({ events, forward }: Store): Promise<void> => {
  const [first] = await events({ after: '0', limit: 1 })
  const [target, cursor] = ['https://receiver.example', first?.cursor ?? '']
  await forward.savePosition(target, cursor)
  expect(await forward.position(target)).toBe(cursor.split('.')[0])
  await forward.setAside({ target, cursor, refusedAt: 1, status: 422, answer: 'no' })
  expect(await forward.refusals(10)).toHaveLength(1)
  expect(await forward.textOf(cursor)).toBe(first?.text)
  expect(await forward.lags(Date.now())).toMatchObject([{ target, setAside: 1 }])
  await forward.takeBack(target, cursor)
}

/** Calls everything that a store can do. */
const useAll = async (database: string): Promise<void> => {
  const store = await openStore({ database })
  const ids = Array.from({ length: 30 }, (_, index) => String(index))
  await Promise.all(ids.map((interactionId) => store.append([arrival({ interactionId, customerId: interactionId })])))
  expect(await store.append([arrival({ interactionId: '1', customerId: '1' }), arrivalOf(Buffer.from('{}'))])).toEqual([
    'repeated',
    'refused',
  ])
  await Promise.all(ids.map((id) => historyIn(store, id)))
  expect(await store.events({ after: '0', limit: 100 })).toHaveLength(30)
  expect(await store.erase({ customerId: '2', visitors: 'all' })).toMatchObject({ erased: 1 })
  expect(await store.erased({ after: '', limit: 10 })).toHaveLength(1)
  await expireBefore(store, 1)
  await store.check()
  await store.summary({ by: 'campaign', from: 0, to: 100_000 })
  await useForward(store)
  await store.close()
}

test('prepares no statement under a name, which the next connection of a pooler would not know', async () => {
  const name = await freshDatabase()
  const { names, toServer } = createNameReader()
  await useAll(`${await startWire(server, { toServer })}/${name}`)
  expect(names.length).toBeGreaterThan(30)
  expect([...new Set(names)]).toEqual([''])
})

/** Records the durability of each transaction that stores events. */
const witness = `
  CREATE TABLE seen (setting text);
  CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN INSERT INTO seen VALUES (current_setting('synchronous_commit')); RETURN NULL; END $$;
  CREATE TRIGGER see AFTER INSERT ON wasabi_event FOR EACH STATEMENT EXECUTE FUNCTION see();
  CREATE TRIGGER see AFTER INSERT ON wasabi_aside FOR EACH STATEMENT EXECUTE FUNCTION see();`

const settings = [
  ['off', 'on'],
  ['local', 'on'],
  ['remote_write', 'on'],
  ['on', 'on'],
  ['remote_apply', 'remote_apply'],
] as const

/** Stores an event and a refused body. Resolves to the durability of each. */
const durabilityOf = async (name: string, url: string, setting: string): Promise<readonly unknown[]> => {
  await runIn(name, `ALTER DATABASE ${name} SET synchronous_commit = ${setting}`)
  const store = await openStore({ database: `${url}/${name}` })
  await runIn(name, witness)
  await store.append([arrival({ interactionId: 'a' })])
  await store.append([arrivalOf(Buffer.from('{}'))])
  await store.close()
  return runIn(name, 'SELECT setting FROM seen')
}

test.each(settings)('commits with synchronous_commit on where the default is %s', async (setting, expected) => {
  expect(await durabilityOf(await freshDatabase(), server.host, setting)).toEqual([
    { setting: expected },
    { setting: expected },
  ])
})

const hasPooler = spawnSync('pgbouncer', ['--version']).status === 0
console.log(`pooler on this machine: ${hasPooler ? 'pgbouncer' : 'none; apt-get install pgbouncer brings it'}`)

/**
 * A pooler that uses another connection for each transaction. It refuses to run as root, and does not report its
 * port.
 */
const startPooler = async (): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), 'wasabi-pooler-'))
  const free = createServer().listen(0, '127.0.0.1')
  await once(free, 'listening')
  const { port } = free.address() as AddressInfo
  free.close()
  await once(free, 'close')
  writeFileSync(
    `${folder}/pgbouncer.ini`,
    `[databases]\n* = host=${server.folder} user=postgres\n[pgbouncer]\nlisten_addr = 127.0.0.1\n` +
      `listen_port = ${String(port)}\nunix_socket_dir =\nauth_type = any\npool_mode = transaction\n` +
      `server_round_robin = 1\nmin_pool_size = 3\ndefault_pool_size = 3\nignore_startup_parameters = extra_float_digits\n`,
    { mode: 0o644 },
  )
  spawnSync('chmod', ['755', folder])
  const isRoot = process.getuid?.() === 0
  const pooler = spawn('pgbouncer', [...(isRoot ? ['-u', 'nobody'] : []), `${folder}/pgbouncer.ini`])
  let log = ''
  pooler.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()))
  onTestFinished(async () => {
    if (pooler.exitCode === null) {
      pooler.kill('SIGKILL')
      await once(pooler, 'exit')
    }
    rmSync(folder, { recursive: true })
  })
  await expect.poll(() => log).toContain('process up')
  return `postgres://postgres@127.0.0.1:${String(port)}`
}

if (hasPooler) {
  test('does all that it can behind a pooler', async () => {
    const url = await startPooler()
    await useAll(`${url}/${await freshDatabase()}`)
  })

  test.each(settings)('commits with synchronous_commit on behind a pooler of %s', async (setting, expected) => {
    expect(await durabilityOf(await freshDatabase(), await startPooler(), setting)).toEqual([
      { setting: expected },
      { setting: expected },
    ])
  })
}

const secrets = [
  'pa/ss-secret',
  '12/ss-secret',
  '12#ss-secret',
  '12?ss-secret',
  'pa#ss-secret',
  'pa?ss-secret',
  'pa/ss,secret',
]

const hint = /write \/ as %2F, # as %23, \? as %3F.*, as %2C/

/** Connects, and returns the reason if that fails. */
const troubleWith = (database: string): Promise<string> =>
  openStore({ database }).then(
    async (store) => {
      await store.close()
      return ''
    },
    (error: unknown) => String(error),
  )

test.each(secrets)('hints at how to write the password %s, and never names it', async (password) => {
  const trouble = await troubleWith(`postgres://wasabi:${password}@127.0.0.1:1/wasabi`)
  expect(trouble).toMatch(hint)
  expect(trouble).not.toMatch(/secret|(?:pa|12).ss/)
})

test.each([[], ['export']])('the program logs no password that it cannot read, with the words %j', async (...words) => {
  const url = `postgres://wasabi:pa/ss-secret@127.0.0.1:1/wasabi`
  const { code, output, errors } = await program.command({ PORT: '0', DATABASE_URL: url }, words)
  expect(code).toBe(1)
  expect(errors).toMatch(hint)
  expect(output + errors).not.toMatch(/secret|pa.ss/)
})

/** The database's address for a role with this password. */
const urlOf = async (password: string): Promise<string> => {
  const name = await freshDatabase()
  const role = `role_${name}`
  await runIn(name, `CREATE ROLE ${role} SUPERUSER LOGIN PASSWORD '${password}'`)
  return `${server.host.replace('postgres@', `${role}:${encodeURIComponent(password)}@`)}/${name}`
}

test.each([...secrets, 'p%ss-secret', 'p@ss,secret', 'p:ss'])(
  'connects with the escaped password %s, and never names it',
  async (password) => {
    expect(await troubleWith(await urlOf(password))).toBe('')
    const escaped = encodeURIComponent(password)
    const trouble = await troubleWith(`postgres://u:${escaped}@127.0.0.1:1/none`)
    expect(trouble).toContain('ECONNREFUSED')
    for (const written of [password, escaped]) expect(trouble).not.toContain(written)
  },
)

test('the program connects with an escaped password, and never logs it', async () => {
  const known = await urlOf('p@ss,secret')
  expect(await troubleWith(known)).toBe('')
  expect(await program.command({ DATABASE_URL: known }, ['export'])).toEqual({
    code: 0,
    output: '',
    errors: '0 events exported\n',
  })
  const url = `postgres://u:${encodeURIComponent('p@ss,secret')}@127.0.0.1:1/none`
  const { code, output, errors } = await program.command({ DATABASE_URL: url }, ['export'])
  expect(code).toBe(1)
  expect(output + errors).not.toMatch(/p(?:@|%40)ss|secret/)
})
