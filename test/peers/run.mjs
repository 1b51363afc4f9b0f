// `npm run bench:peers` compares wasabi with the alternatives. For work on the comparison: names of peers select some
// of them, `--only=down,hang` selects columns, `--no-figures` leaves out the times (ten minutes less). These write
// nothing. `--record` with names writes their whole rows into the recorded result, and with `--only` these columns: for
// a new version of a peer, a new column, or a fault in a measurement.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, release, type } from 'node:os'
import { fileURLToPath } from 'node:url'
import { bringEngines } from '../../e2e/support/bring-engines.mjs'
import { buildPeers } from './build.mjs'
import { launch } from './cell.mjs'
import { LEFT_OUT } from './left-out.mjs'
import { record } from './record.mjs'
import { COLUMNS, isDecided, judge, settle } from './rules.mjs'
import { runCell } from './scenarios/index.mjs'
import { measureAll, meet, ROUNDS } from './scenarios/measure.mjs'
import { writeTable } from './table.mjs'

/** Cells spend their time waiting. More of them at once would make a slow page look like a lost event. */
const AT_ONCE = 20

/** A visitor who leaves a page in a fifth of a second has not waited for a busy machine. */
const RACES_AT_ONCE = 6

const here = (file) => fileURLToPath(new URL(file, import.meta.url))
const wanted = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const only = process.argv
  .find((word) => word.startsWith('--only='))
  ?.slice(7)
  .split(',')
const figuresToo = !process.argv.includes('--no-figures')
const columns = COLUMNS.filter(({ key }) => !only || only.includes(key))

// Separate from the project's own packages, and without their install scripts.
if (!existsSync(here('node_modules/posthog-js')))
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: here('.'), stdio: 'inherit' })

console.log('Bundling what comes as modules …')
const peers = await buildPeers(wanted)
const [{ path, missing }] = await bringEngines(['chromium'])
if (!path) throw new Error(missing)
const world = await launch(path)
console.log(`Chromium ${world.version}`)

const rows = peers.map(({ name, title, package: from, version, docs, reach }) => ({
  name,
  title,
  package: from,
  version,
  docs,
  reach: Object.fromEntries(Object.entries(reach).map(([key, { docs: source }]) => [key, source])),
  cells: {},
}))

/** Runs something for each item, so many at once. */
const each = async (items, atOnce, run) => {
  const left = [...items]
  const work = async () => {
    while (left.length) await run(left.shift())
  }
  await Promise.all(Array.from({ length: atOnce }, work))
}

/** Whether a peer works, and the values that all its visitors send alike. */
const meetAll = async () => {
  const met = new Map()
  await each(peers, AT_ONCE, async (peer) =>
    met.set(
      peer,
      await meet(world, peer).then(
        (constants) => ({ constants }),
        (error) => ({ error }),
      ),
    ),
  )
  return peers.map((peer) => met.get(peer))
}

const measured = figuresToo ? await measureAll(world, peers) : await meetAll()
for (const [index, { constants, figures, error }] of measured.entries()) {
  const { name } = peers[index]
  peers[index].constants = constants
  rows[index].figures = figures
  if (figures) console.log(name, JSON.stringify(figures))
  if (!error) continue
  rows[index].failed = String(error.message).split('\n')[0]
  console.log(name, 'set-up failed:', rows[index].failed)
}

const cells = columns
  .flatMap((column) => peers.map((peer, index) => ({ column, peer, row: rows[index], results: [] })))
  .filter(({ row }) => !row.failed)

// Column by column, so that a slow peer's waits run beside those of others and not beside its own.
const runsOf = (some) =>
  some.flatMap((column) =>
    Array.from({ length: column.times ?? 1 }, () => cells.filter((cell) => cell.column === column)).flat(),
  )
const isRace = ({ often = 1 }) => often > 1

const runOne = async (cell) => {
  const { column, peer, results } = cell
  if (isDecided(column, results)) return
  const result = await runCell(world, peer, column.key)
  results.push({ ...result, worth: judge(column, result.verdict) })
  console.log(
    `${peer.name} · ${column.key}: ${result.verdict}${result.note ? ` (${result.note})` : ''}${result.copies ? ` ×${result.copies}` : ''}${result.thrown ? ` – thrown: ${result.thrown}` : ''}`,
  )
}
await each(runsOf(columns.filter((column) => !isRace(column))), AT_ONCE, runOne)
await each(runsOf(columns.filter(isRace)), RACES_AT_ONCE, runOne)
// A cell that could not be run says nothing about a tracker: it runs once more, alone on the machine.
const failed = cells.flatMap((cell) =>
  cell.results.filter(({ worth }) => worth === 'failed').map((result) => ({ cell, result })),
)
for (const { cell, result } of failed) cell.results.splice(cell.results.indexOf(result), 1)
await each(
  failed.map(({ cell }) => cell),
  1,
  runOne,
)
for (const { column, row, results } of cells) row.cells[column.key] = settle(column, results)
await world.browser.close()

const result = {
  date: new Date().toISOString().slice(0, 10),
  rounds: ROUNDS,
  machine: {
    cores: availableParallelism(),
    system: `${type()} ${release().split('.').slice(0, 2).join('.')}`,
    chromium: world.version,
    node: process.version,
  },
  peers: rows,
  leftOut: LEFT_OUT,
}

// The last full run, if there is one: a difference from it is a fault of the measurement until shown otherwise.
const last = existsSync(here('result.json'))
  ? JSON.parse(readFileSync(here('result.json'), 'utf8'))
  : { ...result, peers: [] }
const differences = rows.flatMap(({ name, cells: now }) => {
  const before = last.peers.find((peer) => peer.name === name)?.cells ?? {}
  return Object.keys(now)
    .filter((key) => before[key] && before[key].verdict !== now[key].verdict)
    .map((key) => `  ${name} · ${key}: ${before[key].verdict}, now ${now[key].verdict}`)
})

const recorded = record(last, result, { wanted, only })

const isPart = only || !figuresToo || wanted.length
const isWhole = only || figuresToo
if (isPart && !(isWhole && process.argv.includes('--record'))) console.log(`\n${writeTable(result, columns)}`)
else {
  writeFileSync(here('result.json'), `${JSON.stringify(recorded, null, 2)}\n`)
  writeFileSync(here('result.md'), writeTable(recorded))
  console.log('Written: test/peers/result.md, test/peers/result.json')
}
if (last.peers.length)
  console.log(
    `Verdicts that differ from the run of ${last.date}: ${differences.length ? `\n${differences.join('\n')}` : 'none'}`,
  )
