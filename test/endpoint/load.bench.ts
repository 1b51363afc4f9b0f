import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { cpus } from 'node:os'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { openStore } from '../../src/endpoint/store/open'
import { sendLoad, type Load, type LoadOptions } from './support/load'
import { median } from './support/median'
import { environmentOf, useProgram } from './support/process'
import { administrate, prepareServer, type Server } from './support/postgres'
import { action, freshFile } from './support/server'
import type { Place } from './support/stores'

/** Rounds of load, and the number of answers in each and in the long load. ANSWERS and EVENTS replace these. */
const rounds = 5
const answers = Number(process.env.ANSWERS ?? 40_000)
const many = Number(process.env.EVENTS ?? 2_000_000)

vi.setConfig({ testTimeout: 1_800_000, hookTimeout: 60_000 })

const program = useProgram('endpoint-bench')
let server: Server
// A file whose tests are all left out runs no hook, and makes no folder.
beforeAll(() => {
  server = prepareServer()
  return server.start()
})
afterAll(() => server.remove())

/** Reads the body and answers, as fast as Node can. */
const bare = `require('node:http').createServer((request, response) => {
  request.on('data', () => {}).on('end', () => response.writeHead(201, { 'Content-Length': 0 }).end())
}).listen(0, '127.0.0.1', function () { console.log('http://127.0.0.1:' + this.address().port) })`

const startBare = async (): Promise<string> => {
  const child = spawn(process.execPath, ['-e', bare])
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return line.toString().trim()
}

/** The loads of the endpoint and of the bare server beside it, in turn: the machine's speed changes meanwhile. */
const sendInTurn = async (url: string, bareUrl: string, ids: NonNullable<LoadOptions['ids']>) => {
  const loads: Load[] = []
  const bareLoads: Load[] = []
  for (let round = 0; round < rounds; round += 1) {
    bareLoads.push(await sendLoad(bareUrl, { answers }))
    loads.push(await sendLoad(url, { answers, ids }))
  }
  return { loads, bareLoads }
}

/** The medians of several loads. */
const summarize = (loads: readonly Load[]) => ({
  perSecond: median(loads.map(({ perSecond }) => perSecond)),
  p50: median(loads.map(({ p50 }) => p50)),
  p99: median(loads.map(({ p99 }) => p99)),
})

const inWords = ({ perSecond, p50, p99 }: Pick<Load, 'perSecond' | 'p50' | 'p99'>): string =>
  `${Math.round(perSecond).toLocaleString('en')}/s, p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`

const countOf = async (place: Place): Promise<number> => {
  const store = await openStore(place)
  let count = 0
  for (let after = '0'; ;) {
    const page = await store.events({ after, limit: 10_000 })
    count += page.length
    const last = page.at(-1)
    if (last === undefined) break
    after = last.cursor
  }
  await store.close()
  return count
}

/** The files of the log that a load fills, at 16 MB each and 1 KB for an event, and some more. */
const logFiles = 20

/**
 * Lets the server reuse files of its log, as each server does from its second checkpoint on. A new one fills each file
 * with zeros first: https://www.postgresql.org/docs/15/wal-configuration.html
 */
const makeLogFiles = async (): Promise<void> => {
  for (let made = 0; made < logFiles; made += 1)
    await administrate(server, `SELECT pg_logical_emit_message(false, 'bench', ''), pg_switch_wal()`)
  await administrate(server, 'CHECKPOINT')
}

const freshDatabase = async (): Promise<Place> => {
  await makeLogFiles()
  const name = `bench_${String(process.hrtime.bigint())}`
  await administrate(server, `CREATE DATABASE ${name}`)
  return { database: `${server.host}/${name}` }
}

const places = {
  SQLite: () => Promise.resolve<Place>({ file: freshFile() }),
  PostgreSQL: freshDatabase,
}

test.each([
  ['SQLite', 'as the tracker makes them'],
  ['PostgreSQL', 'as the tracker makes them'],
  ['SQLite', 'random'],
  ['SQLite', 'in order'],
  ['PostgreSQL', 'random'],
] as const)('64 connections, all events new, %s, ids %s', async (kind, ids) => {
  const place = await places[kind]()
  const { url } = await program.start(environmentOf(place))
  const bareUrl = await startBare()
  await sendLoad(bareUrl, { answers: 20_000 })
  await sendLoad(url, { answers: 20_000, ids })

  const { loads, bareLoads } = await sendInTurn(url, bareUrl, ids)
  const ratios = loads.map(({ perSecond }, round) => perSecond / (bareLoads[round]?.perSecond ?? 0))
  console.log(
    `${kind}, ids ${ids}: ${inWords(summarize(loads))} on ${String(cpus().length)} cores; a bare node:http server in turn: ${inWords(summarize(bareLoads))}; ratio ${median(ratios).toFixed(2)} (${ratios.map((ratio) => ratio.toFixed(2)).join(' ')})`,
  )
  expect(new Set(loads.flatMap(({ statuses }) => [...statuses.keys()]))).toEqual(new Set([201]))
  // At the end of each load, 64 more requests may have been under way.
  const stored = await countOf(place)
  const sent = 20_000 + rounds * answers
  expect(stored).toBeGreaterThanOrEqual(sent)
  expect(stored).toBeLessThanOrEqual(sent + 64 * (rounds + 1))
})

/** Follows the stream and reads nothing of it, until the test is over. */
const openSlowReader = (url: string): void => {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.write('GET /customer-actions/stream HTTP/1.1\r\nHost: localhost\r\n\r\n')
  socket.pause()
  // The endpoint ends a stream that nobody reads.
  socket.on('error', () => undefined)
  onTestFinished(() => {
    socket.destroy()
  })
}

const hostileBodies = [
  'x'.repeat(60_000),
  '['.repeat(16_000),
  JSON.stringify({ eventType: 'x'.repeat(15_000) }),
  action({ interactionId: 'i'.repeat(15_000) }),
  '{"a":'.repeat(3000),
]

/** Sends hostile bodies one after the other until it is over. Resolves to the number of answers. */
const sendHostile = async (url: string, isOver: () => boolean): Promise<number> => {
  let answered = 0
  for (; !isOver(); answered += 1) {
    const body = hostileBodies[answered % hostileBodies.length] ?? ''
    const { status } = await fetch(url, { method: 'POST', body })
    expect([200, 201, 400, 413, 422]).toContain(status)
  }
  return answered
}

test.each(['SQLite', 'PostgreSQL'] as const)(
  'memory over many events, slow readers, hostile bodies, %s',
  async (kind) => {
    const { url, origin } = await program.start(environmentOf(await places[kind]()))
    let largest = 0
    let over = false
    const measure = async (): Promise<void> => {
      const text = await (await fetch(`${origin}/metrics`)).text()
      largest = Math.max(largest, Number(/^process_resident_memory_bytes (\d+)/m.exec(text)?.[1]))
    }
    const onTaken = (count: number): void => {
      if (count % 50_000 !== 0) return
      openSlowReader(url)
      void measure()
    }
    const hostile = sendHostile(url, () => over)
    const load = await sendLoad(url, { answers: many, ids: 'as the tracker makes them', remember: false, onTaken })
    over = true
    await measure()
    console.log(
      `${kind}: ${many.toLocaleString('en')} events and ${(await hostile).toLocaleString('en')} hostile bodies: ` +
        `${inWords(load)}, at most ${String(Math.round(largest / 1e6))} MB of memory`,
    )
    expect([...load.statuses.keys()]).toEqual([201])
    expect(largest).toBeLessThan(250e6)
  },
)
