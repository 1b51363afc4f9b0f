import { writeFileSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { administrate, prepareServer, type Server } from './support/postgres'
import { action, rowsIn, startEndpoint } from './support/server'

/** A primary, a standby that has all of it, and the address of their database, which names both. */
const preparePair = async () => {
  const primary = prepareServer()
  const standby = prepareServer('copy')
  onTestFinished(async () => {
    await Promise.all([primary.remove(), standby.remove()])
  })
  await primary.start()
  await administrate(primary, 'CREATE DATABASE wasabi')
  const from = ['-h', primary.folder, '-U', 'postgres', '-D', `${standby.folder}/data`]
  standby.run('pg_basebackup', [...from, '-R', '--checkpoint=fast', '-X', 'stream'])
  standby.configure(`primary_conninfo = 'host=${primary.folder} user=postgres'\n`)
  await standby.start()
  const folders = [primary, standby].map(({ folder }) => encodeURIComponent(folder))
  return { primary, standby, database: `postgres://postgres@${folders.join()}/wasabi` }
}

const promote = (server: Server) => administrate(server, 'SELECT pg_promote()')

const positionOf = async (server: Server, text: string) => (await administrate(server, `SELECT ${text} AS at`))[0]

/** Waits for the standby: events that only the primary has would be lost with it, as in any pair that does not wait. */
const catchUp = async ({ primary, standby }: { readonly primary: Server; readonly standby: Server }) => {
  const written = await positionOf(primary, 'pg_current_wal_lsn()')
  await expect.poll(() => positionOf(standby, 'pg_last_wal_replay_lsn()')).toEqual(written)
}

const start = async (database: string) => {
  const { post, get } = await startEndpoint({ database })
  return {
    send: async (interactionId: string) => (await post(action({ interactionId }))).status,
    read: async (after = '0') => {
      const answer = await get(`?after=${after}`)
      return answer.ok ? await rowsIn(answer) : []
    },
  }
}

const idsOf = (rows: Awaited<ReturnType<typeof rowsIn>>) => rows.map(({ event }) => event.body.interactionId)

test('finds the new primary when its own is demoted, and reads from no standby', async () => {
  const { primary, standby, database } = await preparePair()
  const { send, read } = await start(database)
  expect(await send('before')).toBe(201)
  await catchUp({ primary, standby })
  const [{ cursor } = { cursor: '' }] = await read()

  await primary.kill()
  await promote(standby)
  // A standby of no primary, so that it stays behind for good.
  writeFileSync(`${primary.folder}/data/standby.signal`, '')
  await primary.start()
  const another = await start(database.replace(/(?<=@)[^,]+,/, ''))
  await expect.poll(() => another.send('meanwhile')).toBe(201)
  await expect.poll(async () => idsOf(await read(cursor))).toEqual(['meanwhile'])
  expect(await send('after')).toBe(201)
  for (let turn = 0; turn < 5; turn += 1) expect(idsOf(await read(cursor))).toEqual(['meanwhile', 'after'])
})

test('leaves a primary that is fenced by being read-only, though that keeps its connections', async () => {
  const { primary, standby, database } = await preparePair()
  const { send, read } = await start(database)
  expect(await send('before')).toBe(201)
  await catchUp({ primary, standby })
  const [{ cursor } = { cursor: '' }] = await read()

  await administrate(primary, 'ALTER SYSTEM SET default_transaction_read_only = on')
  await administrate(primary, 'SELECT pg_reload_conf()')
  // Each of its processes reads its settings at a time of its own.
  await expect.poll(() => send('before')).toBe(503)
  await promote(standby)
  await expect.poll(() => send('after')).toBe(201)
  expect(idsOf(await read(cursor))).toEqual(['after'])
  // The new primary is away for a moment: the old one shows nothing in its place.
  await standby.kill()
  // Its processes notice one after the other that the first one was killed, and answer until then.
  await expect.poll(() => read(cursor)).toEqual([])
  for (let turn = 0; turn < 5; turn += 1) expect(await read(cursor)).toEqual([])
  await standby.start()
  await expect.poll(async () => idsOf(await read(cursor))).toEqual(['after'])
})
