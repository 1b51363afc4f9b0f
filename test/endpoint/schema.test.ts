import { DatabaseSync } from '@photostructure/sqlite'
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { openStore } from '../../src/endpoint/store/open'
import { createPostgres } from '../../src/endpoint/store/postgres/database'
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

describeStores((freshPlace) => {
  test('lets several processes make the tables at once', async () => {
    const env = environmentOf(await freshPlace())
    const runs = await Promise.all(Array.from({ length: 6 }, () => program.command(env, ['import'])))
    expect(runs.map(({ code, errors }) => [code, errors])).toEqual(Array(6).fill([0, '']))
  })

  test('leaves tables alone that a newer version has made', async () => {
    const place = await freshPlace()
    await (await openStore(place)).close()
    await markAsNewer(place)
    await expect(openStore(place)).rejects.toThrow(/^Cannot use .*made by a newer wasabi.*\.$/)
  })
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

  const { post, get } = await startEndpoint({ file })
  expect((await post(action())).status).toBe(200)
  expect((await post(action({ interactionId: 'i-2' }))).status).toBe(201)
  expect((await rowsIn(await get())).map(({ cursor }) => cursor)).toEqual([
    '1',
    expect.stringMatching(/^4\.[\da-f]{8}$/),
  ])
})
