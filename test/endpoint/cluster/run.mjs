// npm run faults:cluster [-- words of a fault] starts a cluster of real parts on one machine, and hurts it under load.
// It prints a table.
import { setTimeout as delay } from 'node:timers/promises'
import { buildIfOld } from '../../../src/build.mjs'
import { missing } from './needs.mjs'

const sentence = missing()
if (sentence !== undefined) {
  console.error(sentence)
  process.exit(1)
}
if (!buildIfOld()) process.exit(1)
const { prepareCluster } = await import('./cluster.mjs')
const { faults } = await import('./faults.mjs')
const { until } = await import('./state.mjs')
const { startLoad, startReader, summarise } = await import('./load.mjs')

const words = process.argv.slice(2).join(' ')
const cluster = prepareCluster()
const log = (text) => console.error(`${new Date().toISOString().slice(11, 19)} ${text}`)
const repeated = (ids) => ids.length - new Set(ids).size
const without = (ids, others) => [...ids].filter((id) => !others.has(id))

/** Resolves when the endpoints have acknowledged so many more. */
const acknowledges = (load, more) => {
  const aim = load.acknowledged.size + more
  return until(`${String(more)} acknowledgements`, () => load.acknowledged.size >= aim)
}

const compare = async (load, reader) => {
  const stored = (await cluster.stored()).map(({ text }) => JSON.parse(text).body.interactionId)
  const all = new Set(stored)
  // A reader that skips an event never sees all of them.
  await until('the reader has seen all', () => without(all, new Set(reader.seen)).length === 0).catch(() => undefined)
  return {
    lost: without(load.acknowledged, all).length,
    twice: repeated(stored),
    skipped: without(all, new Set(reader.seen)).length,
    readTwice: repeated(reader.seen),
    // Events that were read, but are no longer stored.
    unread: without(new Set(reader.seen), all).length,
  }
}

const suffer = async ({ name, hurt, holds = 10 }, reader) => {
  log(name)
  const load = startLoad(cluster.urls)
  await acknowledges(load, 100)
  const from = performance.now()
  const heal = await hurt(cluster)
  log('  hurt')
  await delay(holds * 1000)
  await acknowledges(load, 100)
  log('  acknowledges; puts back')
  await heal()
  await until('the cluster is whole', cluster.isWhole)
  await acknowledges(load, 100)
  const to = performance.now()
  log('  whole')
  await load.end()
  const found = {
    name,
    acknowledged: load.acknowledged.size,
    ...summarise(load.answers, from, to),
    ...(await compare(load, reader)),
  }
  log(`  ${JSON.stringify(found)}`)
  return found
}

const rowOf = (found) =>
  `| ${found.name} | ${String(found.acknowledged)} | ${String(found.lost)} | ${String(found.twice)} | ` +
  `${String(found.skipped + found.readTwice + found.unread)} | ${String(found.unavailable)} | ${found.gap.toFixed(1)} |`

const results = []
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => {
    void cluster.end(false).then(() => process.exit(1))
  })
let failed = false
try {
  log(`starts in ${cluster.folder}`)
  await cluster.start()
  log('started')
  const reader = startReader(cluster.urls, cluster.token)
  for (const fault of faults.filter(({ name }) => name.includes(words))) results.push(await suffer(fault, reader))
  await reader.end()
} catch (error) {
  failed = true
  console.error(error)
} finally {
  await cluster.end(failed || process.env.KEEP === '1')
  if (failed) log(`the logs are in ${cluster.folder}`)
}
console.log(
  '| fault | acknowledged | lost | stored twice | skipped, read twice or gone | seconds with a `503` | longest time without an acknowledgement, s |',
)
console.log('|---|--:|--:|--:|--:|--:|--:|')
for (const found of results) console.log(rowOf(found))
const isBad = ({ lost, twice, skipped, readTwice, unread }) => lost + twice + skipped + readTwice + unread > 0
process.exit(failed || results.some(isBad) ? 1 : 0)
