import { randomUUID } from 'node:crypto'
import { statfsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { parseAction } from '../../src/endpoint/action/revision'
import { openStore } from '../../src/endpoint/store/open'
import { createPostgres, unhurried } from '../../src/endpoint/store/postgres/database'
import type { Valid } from '../../src/endpoint/store/store'
import { customerOf, type Layout, type Year } from './growth/layout'
import { oneTable } from './growth/one-table'
import { partitions } from './growth/partitions'
import { median } from './support/median'
import { administrate, prepareServer } from './support/postgres'
import { action } from './support/server'

const rows = Number(process.env.ROWS ?? 1_000_000)
const month = Math.floor((365 * 86_400_000) / 12)
const year: Year = { rows, month, start: Date.now() - 12 * month }

vi.setConfig({ testTimeout: 7_200_000, hookTimeout: 60_000 })

const server = prepareServer()
const settings = 'shared_buffers = 1GB\nmax_wal_size = 8GB\nautovacuum_naptime = 10s\n'
/** A fill is not logged: https://www.postgresql.org/docs/15/populate.html#POPULATE-PITR */
const filling = `${settings}wal_level = minimal\nmax_wal_senders = 0\nmaintenance_work_mem = 1GB\nautovacuum = off\n`
beforeAll(async () => {
  // Space for a year of events twice, and for the server's own files before it has tidied up.
  const { bavail, bsize } = statfsSync(server.folder)
  if (bavail * bsize < rows * 2500) throw new Error(`${String(rows)} rows need ${String(rows / 4e5)} GB of the disk.`)
  server.configure(settings)
  await server.start()
})
afterAll(() => server.remove())

const arrival = (): Valid => {
  const utmParameters = {
    utmSource: '123456789',
    utmMedium: 'youtube',
    utmCampaign: 'campaign_1',
    utmContent: 'banner',
  }
  const text = action({ interactionId: randomUUID(), customerId: `visitor-${randomUUID()}`, utmParameters })
  return { type: 'valid', receivedAt: Date.now(), text, action: parseAction(text) }
}

/**
 * Appends 64 events at a time, three times at once as the endpoint does, until something is over. Resolves to the
 * events in a second.
 */
const insertUntil = async ({ append }: Layout, isOver: () => boolean): Promise<number> => {
  const from = performance.now()
  let events = 0
  const lane = async () => {
    for (; !isOver(); events += 64) await append(Array.from({ length: 64 }, arrival))
  }
  await Promise.all([lane(), lane(), lane()])
  return Math.round((events * 1000) / (performance.now() - from))
}

const insertFor = (layout: Layout, seconds: number): Promise<number> => {
  const end = performance.now() + seconds * 1000
  return insertUntil(layout, () => performance.now() > end)
}

const timed = async (run: () => Promise<unknown>): Promise<number> => {
  const from = performance.now()
  await run()
  return performance.now() - from
}

/** Milliseconds of each of thirty erasures. */
const eraseSome = async ({ erase }: Layout): Promise<readonly number[]> => {
  const times: number[] = []
  for (let turn = 1; turn <= 30; turn += 1) {
    const customerId = customerOf(Math.floor((rows * turn) / 31))
    times.push(await timed(async () => expect(await erase(customerId)).toBe(3)))
  }
  return times
}

/** The oldest month expires while events arrive. */
const expireMonth = async (layout: Layout) => {
  let over = false
  let slowest = 0
  const expireAll = async () => {
    for (let more = true; more;)
      slowest = Math.max(slowest, await timed(async () => ({ more } = await layout.expire(year.start + month))))
  }
  const inserting = insertUntil(layout, () => over)
  const seconds = await timed(expireAll).finally(() => {
    over = true
  })
  return { seconds: seconds / 1000, slowest, perSecond: await inserting }
}

const gigabytes = async (url: string): Promise<string> => {
  const { query, end } = createPostgres(url)
  const [row] = await query<{ readonly size: number }>(`SELECT sum(pg_total_relation_size(oid))::float8 AS size
    FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema::regnamespace`)
  await end()
  return `${((row?.size ?? 0) / 1e9).toFixed(2)} GB`
}

/** Stops the server as an operator does, and starts it with other settings. */
const restart = async (lines: string): Promise<void> => {
  server.run('pg_ctl', ['stop', '-D', join(server.folder, 'data'), '-m', 'fast', '-t', '3600'])
  server.configure(lines)
  await server.start()
}

/** Vacuums as the server does by itself, a little later. */
const tidy = async (url: string): Promise<void> => {
  const { query, end } = createPostgres(url)
  await query(unhurried('VACUUM ANALYZE'))
  await end()
}

const countYear = async (database: string): Promise<void> => {
  const store = await openStore({ database })
  const day = Math.floor(Date.now() / 86_400_000)
  expect((await store.summary({ by: 'campaign', from: day - 370, to: day })).days.length).toBeGreaterThan(360)
  await store.close()
}

type Place = { readonly layout: Layout; readonly url: string }

type Steps = Readonly<Record<string, (place: Place) => Promise<string>>>

const empty: Steps = {
  'events in a second into empty tables': async ({ layout }) => String(await insertFor(layout, 10)),
}

const fill: Steps = {
  'filled without indexes, then indexed, in': async ({ layout }) =>
    `${((await timed(() => layout.fill(year))) / 1000).toFixed(0)} s`,
  'tidied in': async ({ url }) => `${((await timed(() => tidy(url))) / 1000).toFixed(0)} s`,
}

const full: Steps = {
  size: ({ url }) => gigabytes(url),
  "the page's counts of a year": async ({ url }) => `${(await timed(() => countYear(url))).toFixed(0)} ms`,
  'events in a second': async ({ layout }) => String(await insertFor(layout, 15)),
  'events in a second, again': async ({ layout }) => String(await insertFor(layout, 15)),
  'events in a second, once more': async ({ layout }) => String(await insertFor(layout, 15)),
  'an erasure, median and slowest of 30': async ({ layout }) => {
    const times = await eraseSome(layout)
    return `${median(times).toFixed(0)} ms, ${Math.max(...times).toFixed(0)} ms`
  },
  'the oldest month, slowest step, events in a second meanwhile': async ({ layout }) => {
    const { seconds, slowest, perSecond } = await expireMonth(layout)
    return `${seconds.toFixed(1)} s, ${slowest.toFixed(0)} ms, ${String(perSecond)}`
  },
  'size then': ({ url }) => gigabytes(url),
}

/** Measures each step on both layouts, one right after the other: the machine may have other things to do. */
const measure = async (steps: Steps, places: readonly Place[]): Promise<void> => {
  for (const [name, step] of Object.entries(steps)) {
    const values: string[] = []
    for (const place of places) values.push(await step(place))
    console.log(`| ${name} | ${values.join(' | ')} |`)
  }
}

/** Each layout has a schema of its own. */
const openPlace = async (schema: string, open: (url: string) => Promise<Layout>): Promise<Place> => {
  await administrate(server, `CREATE SCHEMA ${schema}`)
  const url = `${server.host}/postgres?options=${encodeURIComponent(`-c search_path=${schema}`)}`
  return { layout: await open(url), url }
}

test(`${String(rows)} rows in one table, and in partitions`, async () => {
  const places = [
    await openPlace('one_table', oneTable),
    await openPlace('partitions', (url) => partitions(url, { year, rows: 'one_table' })),
  ]
  console.log(`| ${String(rows)} rows | ${places.map(({ layout }) => layout.name).join(' | ')} |`)
  await measure(empty, places)
  await restart(filling)
  await measure(fill, places)
  await restart(settings)
  await measure(full, places)
  for (const { layout } of places) await layout.close()
})
