import { writeFileSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { openStore } from '../../src/endpoint/store/open'
import { createPostgres } from '../../src/endpoint/store/postgres/database'
import { administrate, prepareServer } from './support/postgres'
import { useProgram } from './support/process'
import { action } from './support/server'

const program = useProgram('endpoint-away')

/** An empty database on a server of its own, which can be made to wait for standbys. */
const prepareDatabase = async () => {
  const server = prepareServer()
  onTestFinished(() => server.remove())
  await server.start()
  await administrate(server, 'CREATE DATABASE wasabi')
  const waitFor = async (standbys: string) => {
    await administrate(server, `ALTER SYSTEM SET synchronous_standby_names = '${standbys}'`)
    await administrate(server, 'SELECT pg_reload_conf()')
    await expect
      .poll(() => administrate(server, 'SHOW synchronous_standby_names'))
      .toEqual([{ synchronous_standby_names: standbys }])
  }
  return { server, url: `${server.host}/wasabi`, waitFor }
}

test('outlives its database, says 503 meanwhile, and goes on by itself', async () => {
  const { server, url } = await prepareDatabase()
  const { post, origin, log, child } = await program.start({ DATABASE_URL: url })
  const ready = async () => (await fetch(`${origin}/health/ready`)).status
  expect(await ready()).toBe(200)
  let next = 0
  let ended = false
  onTestFinished(() => {
    ended = true
  })
  const statuses = new Map<number, number>()
  const send = async () => {
    while (!ended) {
      next += 1
      const status = await post(action({ interactionId: String(next) })).catch(() => 0)
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
  }
  const count = (status: number) => statuses.get(status) ?? 0
  const sending = [send(), send(), send(), send()]

  for (const round of [1, 2]) {
    const before = count(201)
    await expect.poll(() => count(201)).toBeGreaterThan(before + 20)
    await server.kill()
    await expect.poll(() => count(503)).toBeGreaterThan(round)
    await expect.poll(ready).toBe(503)
    await server.start()
    statuses.set(503, 0)
  }
  const before = count(201)
  await expect.poll(() => count(201)).toBeGreaterThan(before + 20)
  ended = true
  await Promise.all(sending)
  expect([...statuses.keys()].sort()).toEqual([201, 503])
  expect(child.exitCode).toBeNull()
  expect(log.join('')).toMatch(/"cannot commit".*[\s\S]*"commits again"/)
})

const waiting = `FROM pg_stat_activity WHERE application_name = 'wasabi' AND wait_event = 'SyncRep'`

test('a commit whose wait for a standby is cancelled is not acknowledged, though the primary has it', async () => {
  const { server, url, waitFor } = await prepareDatabase()
  const { post, origin } = await program.start({ DATABASE_URL: url })
  await waitFor('nobody')
  const cancel = `SELECT pg_cancel_backend(pid) ${waiting}`
  // Readiness has the result that an event would have.
  const ready = fetch(`${origin}/health/ready`)
  await expect.poll(() => administrate(server, cancel)).toHaveLength(1)
  expect((await ready).status).toBe(503)
  // The second time the event is known, and still no standby has it.
  for (let known = 0; known < 2; known += 1) {
    const answer = post(action())
    await expect.poll(() => administrate(server, cancel)).toHaveLength(1)
    expect(await answer).toBe(503)
  }
  await waitFor('')
  expect(await post(action())).toBe(200)
})

test('without its standby it answers 503, and takes no connection of the server for good', async () => {
  const { server, url, waitFor } = await prepareDatabase()
  const { post, url: events } = await program.start({ DATABASE_URL: url })
  expect(await post(action())).toBe(201)
  const read = async (): Promise<unknown> => {
    const response = await fetch(events)
    if (!response.ok) return response.status
    return ((await response.json()) as { readonly events: readonly unknown[] }).events.length
  }
  expect(await read()).toBe(1)
  await waitFor('nobody')
  expect(await read()).toBe(1)
  expect(await post(action({ interactionId: 'another' }))).toBe(503)
  await expect.poll(() => administrate(server, `SELECT ${waiting}`)).toEqual([])
  // Only the primary has the second event: a reader would pass a cursor that a promoted standby assigns to another one.
  expect(await read()).toBe(503)
  await waitFor('')
  expect(await read()).toBe(2)
})

test('does not use a standby, which shows late what was acknowledged', async () => {
  const { server, url } = await prepareDatabase()
  await server.kill()
  writeFileSync(`${server.folder}/data/standby.signal`, '')
  await server.start()
  const { code, errors } = await program.command({ DATABASE_URL: url }, ['export'])
  expect([code, errors]).toEqual([1, expect.stringMatching(/the database is a standby/)])
})

test('refuses a PostgreSQL that would forget in a power cut what it has confirmed', async () => {
  const server = prepareServer()
  onTestFinished(() => server.remove())
  server.configure('fsync = off\n')
  await server.start()
  const { code, errors } = await program.command({ PORT: '0', DATABASE_URL: `${server.host}/postgres` }, [])
  expect([code, errors]).toEqual([1, expect.stringMatching(/runs with fsync = off/)])
})

test('starts on the host that can be used, whichever it is, and says of each why it could not', async () => {
  const { url } = await prepareDatabase()
  const postgres = createPostgres(url)
  onTestFinished(() => postgres.end())
  const on = (...hosts: readonly string[]) =>
    program.command({ DATABASE_URL: url.replace(/(?<=@)[^/]+/, hosts.join()) }, ['export'])
  await (await openStore({ database: url })).close()
  const [here = '', nowhere] = [/(?<=@)[^/]+/.exec(url)?.[0], '127.0.0.1:1']
  const { code, errors } = await on(nowhere, here)
  expect([code, errors]).toEqual([0, '0 events exported\n'])

  await postgres.query('UPDATE wasabi_version SET version = 1000')
  const refused = await on(here, nowhere)
  expect([refused.code, refused.errors]).toEqual([1, expect.stringMatching(/made by a newer wasabi.*; .*ECONNREFUSED/)])
})
