import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { openStore } from '../../src/endpoint/store/open'
import { sendLoad } from './support/load'
import { median } from './support/median'
import { administrate, prepareServer, type Server } from './support/postgres'
import { environmentOf, useProgram } from './support/process'
import { action, arrivalOf, freshFile } from './support/server'
import type { Place } from './support/stores'

const many = Number(process.env.EVENTS ?? 2_000_000)
const atOnce = 2000
const day = 86_400_000

/** Rounds of load, each once without and once with counting, and the number of answers in each. */
const rounds = 5
const answers = 20_000

vi.setConfig({ testTimeout: 3_600_000, hookTimeout: 60_000 })

const program = useProgram('counting-bench')
let server: Server
// A file whose tests are all left out runs no hook, and makes no folder.
beforeAll(() => {
  server = prepareServer()
  return server.start()
})
afterAll(() => server.remove())

const types = ['SIGN_UP', 'PROMOTION_APPLIED', 'SUBSCRIPTION_CANCELLED', 'SUBSCRIPTION_RESTARTED']

/** A thousand campaigns, over thirty days. */
const bodyOf = (index: number): string =>
  action({
    interactionId: `i-${String(index)}`,
    interaction: { type: types[index % 4] },
    ...(index % 4 < 2 && {
      utmParameters: {
        utmCampaign: `campaign-${String(index % 997)}`,
        utmSource: `source-${String(index % 20)}`,
        utmMedium: `medium-${String(index % 5)}`,
        utmContent: `content-${String(index % 3)}`,
      },
    }),
  })

const fill = async (place: Place): Promise<void> => {
  const store = await openStore(place)
  const today = Date.now()
  for (let from = 0; from < many; from += atOnce) {
    const arrivals = Array.from({ length: Math.min(atOnce, many - from) }, (_, index) =>
      arrivalOf(Buffer.from(bodyOf(from + index)), today - ((from + index) % 30) * day),
    )
    await store.append(arrivals)
  }
  await store.close()
}

/** Asks as an open page does while events arrive: a second after each answer. Resolves to the times of the answers. */
const countUntil = async (origin: string, signal: AbortSignal): Promise<readonly number[]> => {
  const times: number[] = []
  while (!signal.aborted) {
    const began = performance.now()
    const answer = await fetch(`${origin}/overview/conversions?by=campaign`)
    const { values } = (await answer.json()) as { readonly values: readonly unknown[] }
    times.push(performance.now() - began)
    expect(values.length).toBeGreaterThan(many > 1000 ? 900 : 0)
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
  return times
}

const places = {
  SQLite: () => Promise.resolve<Place>({ file: freshFile() }),
  PostgreSQL: async (): Promise<Place> => {
    await administrate(server, 'CREATE DATABASE counting')
    return { database: `${server.host}/counting` }
  },
}

test.each(['SQLite', 'PostgreSQL'] as const)('counting holds up neither page nor taking, %s', async (kind) => {
  const place = await places[kind]()
  await fill(place)
  const { url, origin } = await program.start(environmentOf(place))
  await sendLoad(url, { answers })
  const without: number[] = []
  const withCounting: number[] = []
  const times: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    without.push((await sendLoad(url, { answers })).p99)
    const ending = new AbortController()
    const counting = countUntil(origin, ending.signal)
    withCounting.push((await sendLoad(url, { answers })).p99)
    ending.abort()
    times.push(...(await counting))
  }
  const ratio = median(withCounting) / median(without)
  const list = (numbers: readonly number[]) => numbers.map((number) => number.toFixed(1)).join(' ')
  console.log(
    `${kind}, ${many.toLocaleString('en')} events: ${String(times.length)} answers, the median in ${median(times).toFixed(0)} ms, the slowest in ${Math.max(...times).toFixed(0)} ms; p99 of taking without ${list(without)} and with ${list(withCounting)} ms, ratio of the medians ${ratio.toFixed(2)}`,
  )
  expect(Math.max(...times)).toBeLessThan(3000)
  expect(ratio).toBeLessThan(1.2)
})
