import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { sendLoad, type Load } from './support/load'
import { during, expectWhole, idsIn } from './support/during'
import { administrate, prepareServer, type Server } from './support/postgres'
import { environmentOf, useProgram } from './support/process'
import { action, freshFile } from './support/server'
import type { Place } from './support/stores'

vi.setConfig({ testTimeout: 300_000, hookTimeout: 60_000 })

const program = useProgram('endpoint-faults')
const server = prepareServer()
beforeAll(() => server.start())
afterAll(() => server.remove())

let databases = 0
const databaseOn = async (place: Server): Promise<Place> => {
  databases += 1
  const name = `faults_${String(databases)}`
  await administrate(place, `CREATE DATABASE ${name}`)
  return { database: `${place.host}/${name}` }
}

const places = {
  SQLite: () => Promise.resolve<Place>({ file: freshFile() }),
  PostgreSQL: () => databaseOn(server),
}
const kinds = ['SQLite', 'PostgreSQL'] as const

test.each(kinds)('the endpoint is killed ten times under load, %s', async (kind) => {
  const place = await places[kind]()
  const loads: Load[] = []
  for (let round = 0; round < 10; round += 1) {
    const { child, url } = await program.start(environmentOf(place))
    const stop = new AbortController()
    child.once('exit', () => {
      stop.abort()
    })
    const deadly = 200 + Math.floor(Math.random() * 2000)
    const onTaken = (count: number) => count === deadly && child.kill('SIGKILL')
    loads.push(await sendLoad(url, { answers: Infinity, signal: stop.signal, onTaken }))
  }
  await expectWhole(place, loads, `endpoint killed 10 times, ${kind}`)
})

test('PostgreSQL is killed three times under load, and comes back', async () => {
  const own = prepareServer()
  onTestFinished(() => own.remove())
  await own.start()
  const place = await databaseOn(own)
  const { url } = await program.start(environmentOf(place))
  const killAndStart = async () => {
    await own.kill()
    await own.start()
  }
  const load = await during(url, [killAndStart, killAndStart, killAndStart])
  expect(load.statuses.get(503)).toBeGreaterThan(0)
  await expectWhole(place, [load], 'PostgreSQL killed 3 times')
})

test('the primary is killed, and its synchronous standby takes over', async () => {
  const primary = prepareServer()
  const standby = prepareServer('copy')
  onTestFinished(async () => {
    await primary.remove()
    await standby.remove()
  })
  await primary.start()
  const { database = '' } = await databaseOn(primary)
  const from = ['-h', primary.folder, '-U', 'postgres', '-D', `${standby.folder}/data`]
  standby.run('pg_basebackup', [...from, '-R', '--checkpoint=fast', '-X', 'stream'])
  standby.configure(`primary_conninfo = 'host=${primary.folder} user=postgres application_name=standby'\n`)
  await standby.start()
  await administrate(primary, `ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (standby)'`)
  await administrate(primary, 'SELECT pg_reload_conf()')
  const synchronous = `SELECT 1 FROM pg_stat_replication WHERE sync_state = 'quorum'`
  await expect.poll(() => administrate(primary, synchronous), { timeout: 20_000 }).toHaveLength(1)

  const name = database.slice(database.lastIndexOf('/'))
  const both = `postgres://postgres@${encodeURIComponent(primary.folder)},${encodeURIComponent(standby.folder)}${name}`
  const { url } = await program.start({ DATABASE_URL: both })
  const failOver = async () => {
    await primary.kill()
    standby.run('pg_ctl', ['promote', '-D', `${standby.folder}/data`])
  }
  const load = await during(url, [failOver])
  await expectWhole({ database: standby.host + name }, [load], 'primary killed, standby promoted')
})

/** Lets the files of a process grow again, as if space was made. */
const makeSpace = (pid: number | undefined): void => {
  execFileSync('prlimit', ['--pid', String(pid), '--fsize=unlimited'])
}

test('the disk is full, and has space again, SQLite', async () => {
  const place = await places.SQLite()
  // `ulimit` counts in blocks of 512 bytes: 10 MB.
  const { child, url } = await program.start(environmentOf(place), 'ulimit -S -f 20000')
  const full = await sendLoad(url, { answers: 60_000 })
  expect(full.statuses.get(503)).toBeGreaterThan(0)
  const late = async () => {
    const { status, headers } = await fetch(url, { method: 'POST', body: action({ interactionId: randomUUID() }) })
    return [status, headers.get('Retry-After')]
  }
  // One event alone may still find room where a group did not.
  await expect.poll(late, { timeout: 20_000 }).toEqual([503, '5'])
  expect((await fetch(new URL('/health/ready', url))).status).toBe(503)
  makeSpace(child.pid)
  const again = await during(url, [])
  await expectWhole(place, [full, again], 'disk full, SQLite')
})

test('the disk is full, and has space again, PostgreSQL', async () => {
  const own = prepareServer()
  onTestFinished(() => own.remove())
  // More than a segment of its log, which is 16 MB.
  await own.start(20_000)
  const place = await databaseOn(own)
  const { url } = await program.start(environmentOf(place))
  const full = await sendLoad(url, { answers: 60_000 })
  expect(full.statuses.get(503)).toBeGreaterThan(0)
  own.lift()
  const again = await during(url, [])
  await expectWhole(place, [full, again], 'disk full, PostgreSQL')
})

test.each(kinds)('the clock jumps by days, and the process stands still for a while, %s', async (kind) => {
  const place = await places[kind]()
  const clock = `${dirname(freshFile())}-clock.mjs`
  writeFileSync(clock, `const now = Date.now; Date.now = () => now() + Math.round((Math.random() - 0.5) * 1e11)`)
  const { child, url } = await program.start({ ...environmentOf(place), NODE_OPTIONS: `--import ${clock}` })
  const standStill = async () => {
    child.kill('SIGSTOP')
    await new Promise((resolve) => setTimeout(resolve, 2000))
    child.kill('SIGCONT')
  }
  const load = await during(url, [standStill, standStill])
  await expectWhole(place, [load], `clock jumps, ${kind}`)
})

test('two processes write to one PostgreSQL, and a reader follows by cursor', async () => {
  const place = await places.PostgreSQL()
  const writers = [await program.start(environmentOf(place)), await program.start(environmentOf(place))]
  const reader = await program.start(environmentOf(place))
  let done = false
  const follow = async () => {
    const seen: string[] = []
    for (let after = '0'; ;) {
      const wasDone = done
      const page = (await (await fetch(`${reader.url}?limit=500&after=${after}`)).json()) as {
        events: { cursor: string; event: { body: { interactionId: string } } }[]
      }
      seen.push(...page.events.map(({ event }) => event.body.interactionId))
      after = page.events.at(-1)?.cursor ?? after
      if (wasDone && page.events.length === 0) return seen
    }
  }
  const following = follow()
  const loads = await Promise.all(writers.map(({ url }) => sendLoad(url, { answers: 10_000, connections: 32 })))
  // Requests under way when the loads ended are committed before the writers have ended.
  const ended = Promise.all(writers.map(({ child }) => once(child, 'exit')))
  for (const { child } of writers) child.kill('SIGTERM')
  await ended
  done = true
  const seen = await following
  const stored = await idsIn(place)
  console.log(
    `two writers: ${String(stored.length)} stored, ${String(seen.length)} seen by the reader, ${String(new Set(seen).size)} different`,
  )
  expect(new Set(seen).size).toBe(seen.length)
  expect([...seen].sort()).toEqual([...stored].sort())
  await expectWhole(place, loads, 'two writers')
})

test('SIGTERM under load answers what it has committed', async () => {
  const place = await places.SQLite()
  const { child, url } = await program.start(environmentOf(place))
  const exited = once(child, 'exit')
  const stop = new AbortController()
  void exited.then(() => {
    stop.abort()
  })
  const onTaken = (count: number) => count === 2000 && child.kill('SIGTERM')
  const load = await sendLoad(url, { answers: Infinity, signal: stop.signal, onTaken })
  expect(await exited).toEqual([0, null])
  await expectWhole(place, [load], 'SIGTERM under load')
})
