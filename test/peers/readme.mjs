// Puts the comparison of the last run between its two markers in README.md.
import { readFileSync, writeFileSync } from 'node:fs'
import { CAMPAIGNS, FAULTS, REACH } from './rules.mjs'
import { nameOf, number, table, writeAlone } from './table.mjs'
import { writeWorse } from './worse.mjs'

const MARKED = /(<!-- comparison -->\n)[^]*?(<!-- \/comparison -->)/

const at = (file) => new URL(file, import.meta.url)
const result = JSON.parse(readFileSync(at('result.json'), 'utf8'))
const count = (columns, { cells }, ...worths) => columns.filter(({ key }) => worths.includes(cells[key]?.worth)).length
const outOf = (columns, { cells }) => columns.filter(({ key }) => cells[key] && cells[key].worth !== 'none').length

const share = (columns, peer) =>
  outOf(columns, peer)
    ? `${count(columns, peer, 'good')}${count(columns, peer, 'fair') ? ` + ${count(columns, peer, 'fair')}` : ''} of ${outOf(columns, peer)}`
    : '–'

const word = ({ verdict, worth } = {}) =>
  worth === 'failed'
    ? 'not run'
    : ({ declared: 'yes', event: 'yes', id: 'by an id', guess: 'a guess', lost: 'no' }[verdict] ?? verdict)

const rows = result.peers
  .filter(({ failed }) => !failed)
  .map((peer) => [
    nameOf(peer),
    number(peer.figures.wire),
    number(peer.figures.loadRequests),
    ['good', 'fair', 'guess'].map((worth) => count(CAMPAIGNS, peer, worth)).join(' / '),
    share(FAULTS, peer),
    ...REACH.map(({ key }) => word(peer.cells[key])),
  ])

const after = writeAlone(result)
const alone = after && ` (after the rest: ${after})`

const text = `*Campaign kept*, in five ways to arrive: on the conversion’s own event / by an id to join it by / left to a guess by address and browser.
*Faults survived*: by itself + later, or repairable on the server. *By an id*: the server can join the conversion to an earlier visit. Measured by \`npm run bench:peers\` on ${result.date}, Chromium ${result.machine.chromium}${alone}; every rule, column, set-up and source is in [test/peers/result.md](test/peers/result.md).

${table(
  ['', 'loaded, bytes', 'requests at load', 'campaign kept', 'faults survived', ...REACH.map(({ title }) => title)],
  rows,
)}

${writeWorse(result)}
`

const readme = at('../../README.md')
const before = readFileSync(readme, 'utf8')
if (!MARKED.test(before))
  throw new Error('README.md has no <!-- comparison --> and <!-- /comparison --> to write between')
writeFileSync(
  readme,
  before.replace(MARKED, (_, start, end) => start + text + end),
)
