import { DatabaseSync } from '@photostructure/sqlite'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { openStore } from '../../src/endpoint/store/open'
import { createPostgres } from '../../src/endpoint/store/postgres/database'
import { migrations } from '../../src/endpoint/store/postgres/schema'
import { environmentOf, useProgram } from './support/process'
import { action, freshFile, rowsIn, startEndpoint } from './support/server'
import { describeStores, type Place } from './support/stores'

const program = useProgram('endpoint-schema')

const markAsNewer = async ({ file, database }: Place) => {
  if (file !== undefined) {
    const sqlite = new DatabaseSync(file)
    sqlite.exec('PRAGMA user_version = 1000')
    sqlite.close()
  }
  if (database !== undefined) {
    const postgres = createPostgres(database)
    await postgres.query('UPDATE wasabi_version SET version = 1000')
    await postgres.end()
  }
}

/** Makes the tables of the first version, with one event. */
const makeFirst = async ({ file, database }: Place) => {
  if (file !== undefined) {
    mkdirSync(dirname(file))
    const first = new DatabaseSync(file)
    first.exec(`
      CREATE TABLE sequence (newest INTEGER NOT NULL);
      INSERT INTO sequence VALUES (2);
      CREATE TABLE event (cursor INTEGER PRIMARY KEY, received_at INTEGER NOT NULL, interaction_id TEXT NOT NULL,
        revision TEXT NOT NULL, text TEXT NOT NULL, UNIQUE (interaction_id, revision));
      CREATE TABLE aside (cursor INTEGER PRIMARY KEY, received_at INTEGER NOT NULL, outcome TEXT NOT NULL,
        bytes BLOB NOT NULL, refusal TEXT);
      CREATE INDEX aside_outcome ON aside (outcome, cursor);
      INSERT INTO aside VALUES (2, 0, 'refused', x'7b7d', '{"status":422,"errors":[]}');
    `)
    first.prepare('INSERT INTO event VALUES (1, 0, ?, ?, ?)').run('i-1', '', action())
    first.close()
  }
  if (database !== undefined) {
    const postgres = createPostgres(database)
    await postgres.query('CREATE TABLE wasabi_version (version integer NOT NULL)')
    await postgres.query(`${migrations[0] ?? ''}; INSERT INTO wasabi_version VALUES (1)`)
    const insert = 'INSERT INTO wasabi_event (received_at, key, customer, text) VALUES (0, $1, $1, $2)'
    await postgres.query({ text: insert, values: [Buffer.alloc(16), action()] })
    await postgres.end()
  }
}

const tablesIn = async ({ file, database }: Place): Promise<readonly unknown[]> => {
  if (file !== undefined) return [readFileSync(file), statSync(file).mode, readdirSync(dirname(file))]
  const postgres = createPostgres(database ?? '')
  const tables = await postgres.query('SELECT relname FROM pg_class ORDER BY relname')
  await postgres.end()
  return tables
}

/** Makes a place that has no tables, or one of somebody else. */
const makeForeign = async ({ file, database }: Place, tables: string) => {
  if (file !== undefined) {
    mkdirSync(dirname(file))
    writeFileSync(file, '', { mode: 0o644 })
    const sqlite = new DatabaseSync(file)
    sqlite.exec(tables)
    sqlite.close()
  }
  if (database !== undefined) {
    const postgres = createPostgres(database)
    await postgres.query(tables)
    await postgres.end()
  }
}

const reading = [['export'], ['replay'], ['forward', '--stdout'], ['forward', '--to', 'http://127.0.0.1:9', '--once']]

describeStores((freshPlace) => {
  test('lets several processes make the tables at once', async () => {
    const env = environmentOf(await freshPlace())
    const row = `{"receivedAt":"2026-11-23T10:00:00.000Z","event":${action()}}`
    const runs = await Promise.all(Array.from({ length: 6 }, () => program.command(env, ['import'], row)))
    expect(runs.map(({ code, errors }) => [code, errors])).toEqual(Array(6).fill([0, '']))
  })

  test.each(['', 'CREATE TABLE something (x integer)'])('reads nothing where the tables are "%s"', async (tables) => {
    const place = await freshPlace()
    await makeForeign(place, tables)
    const before = await tablesIn(place)
    const sentence =
      place.file === undefined
        ? 'The database of DATABASE_URL has no tables of wasabi: set DATABASE_URL to the database of the endpoint.'
        : `${place.file} has no tables of wasabi: set DATA_FILE to the file of the endpoint.`
    for (const words of reading)
      expect(await program.command(environmentOf(place), words)).toEqual({
        code: 1,
        output: '',
        errors: `${sentence}\n`,
      })
    expect(await tablesIn(place)).toEqual(before)
  })

  test('exports what the first version has stored', async () => {
    const place = await freshPlace()
    await makeFirst(place)
    const { code, output } = await program.command(environmentOf(place), ['export'])
    expect([code, output]).toEqual([0, expect.stringContaining(action())])
  })

  test('leaves tables alone that a newer version has made', async () => {
    const place = await freshPlace()
    await (await openStore(place)).close()
    await markAsNewer(place)
    await expect(openStore(place)).rejects.toThrow(/^Cannot use .*made by a newer wasabi.*\.$/)
  })
})

test('reads nothing from a file that is no database, and leaves its rights as they are', async () => {
  const file = freshFile()
  mkdirSync(dirname(file))
  writeFileSync(file, 'no database'.repeat(1000), { mode: 0o644 })
  const before = await tablesIn({ file })
  for (const words of reading) {
    const { code, errors } = await program.command({ DATA_FILE: file }, words)
    expect([code, errors]).toEqual([
      1,
      expect.stringMatching(/^Cannot use .* as the data file \(.*\): set DATA_FILE to .*/),
    ])
  }
  expect(await tablesIn({ file })).toEqual(before)
})

test('waits for another process that writes while the data file is opened', async () => {
  const pauses = vi.spyOn(globalThis, 'setTimeout')
  onTestFinished(() => {
    pauses.mockRestore()
  })
  const file = freshFile()
  mkdirSync(dirname(file))
  const other = new DatabaseSync(file)
  other.exec('BEGIN IMMEDIATE')
  const opening = openStore({ file })
  await expect.poll(() => pauses.mock.calls.some(([, milliseconds]) => milliseconds === 50)).toBe(true)
  other.exec('COMMIT')
  other.close()
  await (await opening).close()
})

test('forgets counts that nothing would take back any more', async () => {
  const file = freshFile()
  await (await openStore({ file })).close()
  const before = new DatabaseSync(file)
  before.exec(`
    PRAGMA user_version = 5;
    DROP TABLE generation;
    DROP TABLE retention_mark;
    ALTER TABLE store ADD COLUMN generation TEXT NOT NULL DEFAULT '';
    ALTER TABLE store ADD COLUMN inode TEXT NOT NULL DEFAULT '';
  `)
  const count = before.prepare(`INSERT INTO conversion VALUES (1, ?, '', '', '', '', 1)`)
  for (const type of ['SIGN_UP', 'x'.repeat(15_000)]) count.run(type)
  before.close()
  const store = await openStore({ file })
  const { days } = await store.summary({ by: 'campaign', from: 0, to: 10 })
  await store.close()
  expect(days.map(({ type }) => type)).toEqual(['SIGN_UP'])
})

test('brings a file of the first version up to date', async () => {
  const file = freshFile()
  await makeFirst({ file })

  const { post, get } = await startEndpoint({ file })
  expect((await post(action())).status).toBe(200)
  expect((await post(action({ interactionId: 'i-2' }))).status).toBe(201)
  expect((await rowsIn(await get())).map(({ cursor }) => cursor)).toEqual([
    '1',
    expect.stringMatching(/^4\.[\da-f]{8}$/),
  ])
})
