import { DatabaseSync } from '@photostructure/sqlite'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, readFileSync, renameSync, writeFileSync, writeSync, openSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname } from 'node:path'
import { pipeline, Readable } from 'node:stream'
import pg from 'pg'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { during, expectWhole, idsIn } from './support/during'
import { sendLoad } from './support/load'
import { administrate, prepareServer } from './support/postgres'
import { environmentOf, useProgram } from './support/process'
import { action, freshFile, serve } from './support/server'
import type { Place } from './support/stores'
import { startWire } from './support/wire'

vi.setConfig({ testTimeout: 300_000, hookTimeout: 60_000 })

const program = useProgram('endpoint-accidents')
const server = prepareServer()
beforeAll(() => server.start())
afterAll(() => server.remove())

let databases = 0
const freshDatabase = async (): Promise<string> => {
  databases += 1
  const name = `accident_${String(databases)}`
  await administrate(server, `CREATE DATABASE ${name}`)
  return name
}

const places = {
  SQLite: () => Promise.resolve<Place>({ file: freshFile() }),
  PostgreSQL: async (): Promise<Place> => ({ database: `${server.host}/${await freshDatabase()}` }),
}
const kinds = ['SQLite', 'PostgreSQL'] as const

/** Prints the result of a fault, as a row of the README's table. */
const report = (what: string, values: Readonly<Record<string, unknown>>): void => {
  console.log(`${what}: ${JSON.stringify(values)}`)
}

test.each(kinds)('a stranger claims to be an erased customer, and nobody else loses an event, %s', async (kind) => {
  const place = await places[kind]()
  const { url, origin, post } = await program.start(environmentOf(place))
  const load = await sendLoad(url, { answers: 2000 })
  const erase = () => fetch(`${origin}/customers/evil?block=true`, { method: 'DELETE' })
  const claim = (interactionId: string) =>
    post(action({ interactionId, customerId: 'evil', updatedAt: '2026-11-23T12:00:00.000Z' }, 'UPDATED'))
  // Half of the claims arrive before the erasure, and half after it.
  const victims = load.taken.slice(0, 40)
  for (const id of victims.slice(0, 20)) await claim(id)
  const { erased } = (await (await erase()).json()) as { erased: number }
  for (const id of victims.slice(20)) await claim(id)
  await erase()
  const stored = new Set(await idsIn(place))
  const lost = load.taken.filter((id) => !stored.has(id)).length
  report(`stranger's claims, ${kind}`, { acknowledged: load.taken.length, claimsErased: erased, lost })
  expect([erased, lost]).toEqual([20, 0])
})

test('a page does not read its stream, and reading fails: the process goes on', async () => {
  const own = prepareServer()
  await own.start()
  await administrate(own, 'CREATE DATABASE slow')
  const { url, child } = await program.start({ DATABASE_URL: `${own.host}/slow` })
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write('GET /customer-actions/stream?after=0 HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await once(socket, 'readable')
  const restart = async () => {
    await own.kill()
    await own.start()
  }
  const load = await during(url, [restart])
  socket.destroy()
  expect(child.exitCode).toBeNull()
  await expectWhole({ database: `${own.host}/slow` }, [load], 'slow stream and failing reads, PostgreSQL')
  await own.remove()
})

test.each(kinds)('the clock is 31 and 60 days ahead with 30 days of retention, %s', async (kind) => {
  const place = await places[kind]()
  const loads = []
  for (const days of [0, 31, 60]) {
    const clock = `${dirname(freshFile())}-clock.mjs`
    writeFileSync(clock, `const now = Date.now; Date.now = () => now() + ${String(days)} * 86_400_000`)
    const env = { ...environmentOf(place), RETENTION_DAYS: '30', NODE_OPTIONS: `--import ${clock}` }
    const { url, child } = await program.start(env)
    loads.push(await sendLoad(url, { answers: 2000 }))
    const gone = once(child, 'exit')
    child.kill('SIGTERM')
    await gone
  }
  await expectWhole(place, loads, `clock 31 and 60 days ahead, ${kind}`)
})

const harms: readonly (readonly [what: string, harm: (file: string, old: string) => void])[] = [
  ['replaced', (file, old) => renameSync(old, file)],
  ['overwritten by an older copy', (file, old) => copyFileSync(old, file)],
  ['damaged', (file) => writeSync(openSync(file, 'r+'), Buffer.alloc(8192, 0x55), 0, 8192, 0)],
]

test.each(harms)('the data file is %s under load, SQLite', async (what, harm) => {
  const file = freshFile()
  const first = await program.start({ DATA_FILE: file })
  const before = await sendLoad(first.url, { answers: 1000 })
  const stopped = once(first.child, 'exit')
  first.child.kill('SIGTERM')
  await stopped
  const old = `${dirname(file)}/old.sqlite`
  copyFileSync(file, old)
  const filler = await program.start({ DATA_FILE: file })
  await sendLoad(filler.url, { answers: 1000 })
  const filled = once(filler.child, 'exit')
  filler.child.kill('SIGTERM')
  await filled

  const { url } = await program.start({ DATA_FILE: file })
  await sendLoad(url, { answers: 1000 })
  harm(file, old)
  const after = await sendLoad(url, { answers: 1000 })
  report(`data file ${what}`, { before: before.taken.length, acknowledgedAfter: after.taken.length })
  // Requests that were under way had been committed before the fault.
  expect([...after.statuses.keys()]).toEqual([503])
})

test('a backup is restored after a kill, SQLite', async () => {
  const file = freshFile()
  const first = await program.start({ DATA_FILE: file })
  const load = await sendLoad(first.url, { answers: 2000 })
  const backup = `${dirname(file)}/copy.sqlite`
  const database = new DatabaseSync(file)
  database.exec(`VACUUM INTO '${backup}'`)
  database.close()
  const gone = once(first.child, 'exit')
  await sendLoad(first.url, { answers: 2000 })
  first.child.kill('SIGKILL')
  await gone
  const { code, output } = await program.command({ DATA_FILE: file }, ['restore', backup])
  expect([code, output]).toEqual([0, expect.stringContaining('has the')])
  const { url } = await program.start({ DATA_FILE: file })
  const again = await sendLoad(url, { answers: 1000 })
  await expectWhole({ file }, [load, again], 'backup restored after a kill')
})

test('a wait for a standby is cancelled on a server that speaks German', async () => {
  const name = await freshDatabase()
  const words = ['canceling wait for synchronous replication', 'storniere das Warten auf synchrone Replika'] as const
  const toClient = (chunk: Buffer) => Buffer.from(chunk.toString('latin1').replaceAll(...words), 'latin1')
  const { post } = await program.start({ DATABASE_URL: `${await startWire(server, { toClient })}/${name}` })
  await administrate(server, `ALTER SYSTEM SET synchronous_standby_names = 'nobody'`)
  await administrate(server, 'SELECT pg_reload_conf()')
  const cancel = `SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'`
  const statuses: number[] = []
  for (let round = 0; round < 10; round += 1) {
    const answer = post(action({ interactionId: String(round) }))
    await expect.poll(() => administrate(server, cancel)).toHaveLength(1)
    statuses.push(await answer)
  }
  await administrate(server, `ALTER SYSTEM RESET synchronous_standby_names`)
  await administrate(server, 'SELECT pg_reload_conf()')
  report('cancelled wait, German server', { cancelled: 10, acknowledged: statuses.filter((one) => one < 300).length })
  expect(new Set(statuses)).toEqual(new Set([503]))
})

/** The most memory that a process ever had, in MB. */
const peakOf = (pid: number | undefined): number =>
  Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1]) / 1000

/** The processor's time of a process, in ticks: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const ticksOf = (pid: number | undefined): number => {
  const fields =
    readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
      .split(') ')[1]
      ?.split(' ') ?? []
  return Number(fields[11]) + Number(fields[12])
}

test.each(kinds)('a hundred pages do not read their streams of large refused bodies, %s', async (kind) => {
  const { url, origin, post, child } = await program.start(environmentOf(await places[kind]()))
  // In JSON, each of these bytes has six characters. A stream has 49 MB to send.
  for (let size = 15_500; size < 16_000; size += 1) expect(await post('\0'.repeat(size))).toBe(400)
  const before = peakOf(child.pid)
  for (let opened = 0; opened < 100; opened += 1) {
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    socket.on('error', () => undefined)
    socket.write('GET /customer-actions/stream?after=0 HTTP/1.1\r\nHost: localhost\r\n\r\n')
    socket.pause()
    onTestFinished(() => void socket.destroy())
  }
  const streams = async () => /wasabi_streams (\d+)/.exec(await (await fetch(`${origin}/metrics`)).text())?.[1]
  await expect.poll(streams, { timeout: 60_000 }).toBe('100')
  let ticks = 0
  const standsStill = () => {
    const last = ticks
    ticks = ticksOf(child.pid)
    return ticks === last
  }
  await expect.poll(standsStill, { interval: 1000, timeout: 120_000 }).toBe(true)
  const peak = peakOf(child.pid)
  report(`100 unread streams, ${kind}`, { before: Math.round(before), megabytes: Math.round(peak) })
  expect(peak - before).toBeLessThan(300)
})

test('check is answered by a body without end', async () => {
  const chunk = Buffer.alloc(65_536, 'x')
  let served = 0
  const origin = await serve((request, response) => {
    request.resume()
    response.writeHead(200)
    // A HEAD has no body: the server would write on, and never notice that its reader is gone.
    if (request.method === 'HEAD') return response.end()
    const endless = new Readable({
      read() {
        served += chunk.length
        // In another turn of the event loop: a reader this fast would leave no time for anything else.
        setImmediate(() => this.push(chunk))
      },
    })
    // Ends with the connection, which the reader closes.
    return pipeline(endless, response, () => undefined)
  })
  const child = program.run({}, 'check', `${origin}/customer-actions`)
  let said = ''
  let peak = 0
  child.stdout?.on('data', (data: Buffer) => {
    said += data.toString()
    peak = Math.max(peak, peakOf(child.pid))
  })
  const [code] = (await once(child, 'close')) as [number]
  report('endless body in check', { exit: code, megabytes: Math.round(peak), served: Math.round(served / 1e6) })
  expect([code, said.length > 0]).toEqual([1, true])
  expect(peak).toBeGreaterThan(10)
  expect(peak).toBeLessThan(250)
})

/** Reads from a data file until the test ends it. */
const reader = `
  const { DatabaseSync } = await import(process.argv[1])
  const database = new DatabaseSync(process.argv[2], { readOnly: true })
  database.exec('BEGIN')
  console.log(database.prepare('SELECT count(*) AS count FROM event').get().count)
  process.stdin.once('data', () => { database.exec('COMMIT'); database.close(); process.exit() })`

test('a customer is erased while another process reads, SQLite', async () => {
  const file = freshFile()
  const { url, origin, post } = await program.start({ DATA_FILE: file })
  await sendLoad(url, { answers: 1000 })
  expect(await post(action({ interactionId: 'x', customerId: 'Ann-the-erased' }))).toBe(201)
  const packaged = import.meta.resolve('@photostructure/sqlite')
  const child = spawn(process.execPath, ['--input-type=module', '-e', reader, packaged, file])
  await once(child.stdout, 'data')
  const began = performance.now()
  const erasing = fetch(`${origin}/customers/Ann-the-erased`, { method: 'DELETE' })
  const meanwhile = await sendLoad(url, { answers: 500 })
  expect((await erasing).status).toBe(200)
  const seconds = (performance.now() - began) / 1000
  const gone = once(child, 'exit')
  child.stdin.write('end\n')
  await gone
  const traces = () => ['', '-wal'].filter((part) => readFileSync(file + part).includes('Ann-the-erased')).length
  await expect.poll(traces).toBe(0)
  report('erased while another process reads', {
    seconds: Number(seconds.toFixed(1)),
    slowest: meanwhile.p99,
    traces: traces(),
  })
  expect([...meanwhile.statuses.keys()]).toEqual([201])
  expect(meanwhile.p99).toBeLessThan(2000)
})

test('a row that the database cannot hold comes under load, PostgreSQL', async () => {
  const name = await freshDatabase()
  const place = { database: `${server.host}/${name}` }
  const { url, post } = await program.start(environmentOf(place))
  const client = new pg.Client({ connectionString: place.database })
  await client.connect()
  await client.query(`ALTER TABLE wasabi_event ADD CHECK (text NOT LIKE '%poison%')`)
  await client.end()
  const statuses: number[] = []
  const poison = async () => {
    for (let sent = 0; sent < 20; sent += 1) statuses.push(await post(action({ interactionId: 'poison' })))
  }
  const [load] = await Promise.all([sendLoad(url, { answers: 20_000 }), poison()])
  report('row that the database cannot hold', { poison: statuses.length, others: Object.fromEntries(load.statuses) })
  expect(new Set(statuses)).toEqual(new Set([503]))
  expect([...load.statuses.keys()]).toEqual([201])
  await expectWhole(place, [load], 'row that the database cannot hold')
})
