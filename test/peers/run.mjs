// Side by side with what people would use instead: `npm run bench:peers`, or with names of peers for some of them, and columns as `--only=down,hang`.
import { execFileSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { availableParallelism, release, type } from 'node:os'
import { fileURLToPath } from 'node:url'
import { findChromium } from '../../e2e/find-chromium.mjs'
import { buildPeers } from './build.mjs'
import { launch } from './cell.mjs'
import { LEFT_OUT } from './left-out.mjs'
import { COLUMNS, judge } from './rules.mjs'
import { runCell } from './scenarios/index.mjs'
import { measure, measureNothing, ROUNDS } from './scenarios/measure.mjs'
import { writeTable } from './table.mjs'

/** Cells spend their time waiting; more of them at once would make a slow page look like a lost event. */
const AT_ONCE = 16

const here = (file) => fileURLToPath(new URL(file, import.meta.url))
const wanted = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const only = process.argv.find((word) => word.startsWith('--only='))?.slice(7).split(',')
const columns = COLUMNS.filter(({ key }) => !only || only.includes(key))

// Apart from the project's own packages, and without their install scripts.
if (!existsSync(here('node_modules/posthog-js'))) execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: here('.'), stdio: 'inherit' })

console.log('Bundling what comes as modules …')
const peers = await buildPeers(wanted)
const { path } = await findChromium()
const world = await launch(path)
console.log(`Chromium ${world.version}`)

const nothing = await measureNothing(world)
const rows = []
for (const peer of peers) {
  const row = { name: peer.name, title: peer.title, package: peer.package, version: peer.version, docs: peer.docs, cells: {} }
  rows.push(row)
  try {
    const { figures, constants } = await measure(world, peer, nothing)
    Object.assign(row, { figures })
    peer.constants = constants
    console.log(peer.name, JSON.stringify(figures))
  } catch (error) {
    row.failed = String(error.message).split('\n')[0]
    console.log(peer.name, 'set-up failed:', row.failed)
  }
}

// Column by column, so that a slow peer's waits stand next to others' and not to its own.
const cells = columns.flatMap((column) => peers.map((peer, index) => ({ column, peer, row: rows[index] }))).filter(({ row }) => !row.failed)
const work = async () => {
  for (let cell = cells.shift(); cell; cell = cells.shift()) {
    const { column, peer, row } = cell
    const result = await runCell(world, peer, column.key)
    row.cells[column.key] = { ...result, worth: judge(column, result.verdict) }
    console.log(`${peer.name} · ${column.key}: ${result.verdict}${result.note ? ` (${result.note})` : ''}${result.copies ? ` ×${result.copies}` : ''}${result.thrown ? ` – thrown: ${result.thrown}` : ''}`)
  }
}
await Promise.all(Array.from({ length: AT_ONCE }, work))
await world.browser.close()

const result = {
  date: new Date().toISOString().slice(0, 10),
  rounds: ROUNDS,
  machine: { cores: availableParallelism(), system: `${type()} ${release().split('.').slice(0, 2).join('.')}`, chromium: world.version, node: process.version },
  peers: rows,
  leftOut: LEFT_OUT,
}
if (wanted.length || only) console.log(`\n${writeTable(result, columns)}`)
else {
  writeFileSync(here('result.json'), `${JSON.stringify(result, null, 2)}\n`)
  writeFileSync(here('result.md'), writeTable(result))
  console.log('Written: test/peers/result.md, test/peers/result.json')
}
