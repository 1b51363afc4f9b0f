import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpus } from 'node:os'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { openStore } from '../../src/endpoint/store/open'
import { sendLoad, type Load } from './support/load'
import { environmentOf, useProgram } from './support/process'
import { administrate, prepareServer } from './support/postgres'
import { freshFile } from './support/server'
import type { Place } from './support/stores'

/** So many answers each; ANSWERS and EVENTS set other numbers for them and for the long one. */
const answers = Number(process.env.ANSWERS ?? 200_000)
const many = Number(process.env.EVENTS ?? 2_000_000)

vi.setConfig({ testTimeout: 1_800_000, hookTimeout: 60_000 })

const program = useProgram('endpoint-bench')
const server = prepareServer()
beforeAll(() => server.start())
afterAll(() => server.remove())

/** Reads the body and answers: as fast as Node can be. */
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

const inWords = ({ perSecond, p50, p99 }: Load): string =>
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

const freshDatabase = async (): Promise<Place> => {
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

  const before = await sendLoad(bareUrl, { answers })
  const load = await sendLoad(url, { answers, ids })
  const after = await sendLoad(bareUrl, { answers })
  const ratio = load.perSecond / ((before.perSecond + after.perSecond) / 2)
  console.log(
    `${kind}, ids ${ids}: ${inWords(load)} on ${String(cpus().length)} cores; a bare node:http server before and after: ${inWords(before)}; ${inWords(after)}; ratio ${ratio.toFixed(2)}`,
  )
  expect([...load.statuses.keys()]).toEqual([201])
  // 64 more may have been under way when the load ended.
  const stored = await countOf(place)
  expect(stored).toBeGreaterThanOrEqual(answers + 20_000)
  expect(stored).toBeLessThanOrEqual(answers + 20_000 + 128)
})

test('memory over many events, SQLite', async () => {
  const { url, origin } = await program.start({ DATA_FILE: freshFile() })
  let largest = 0
  const measure = async (): Promise<void> => {
    const text = await (await fetch(`${origin}/metrics`)).text()
    largest = Math.max(largest, Number(/^process_resident_memory_bytes (\d+)/m.exec(text)?.[1]))
  }
  const onTaken = (count: number): void => {
    if (count % 50_000 === 0) void measure()
  }
  const load = await sendLoad(url, { answers: many, remember: false, onTaken })
  await measure()
  console.log(
    `${many.toLocaleString('en')} events: ${inWords(load)}, at most ${String(Math.round(largest / 1e6))} MB of memory`,
  )
  expect([...load.statuses.keys()]).toEqual([201])
  expect(largest).toBeLessThan(250e6)
})
