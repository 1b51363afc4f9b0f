import { CAMPAIGNS, COLUMNS, FAULTS, FIGURES, REACH } from './rules.mjs'
import { writeWorse } from './worse.mjs'

const SIGNS = { good: '✓', fair: '~', guess: '?', bad: '✗', none: '–', failed: '!' }

export const number = (value) =>
  value === undefined ? '' : value.toLocaleString('en-US', { maximumFractionDigits: 2 })

export const nameOf = ({ title, version }) => (version ? `${title} ${version}` : title)

export const row = (cells) => `| ${cells.join(' | ')} |`

export const table = (head, rows, left = 1) =>
  [row(head), row(head.map((_, index) => (index < left ? '---' : '--:'))), ...rows.map(row)].join('\n')

const cell = ({ verdict, worth, note, copies, thrown } = { verdict: '', worth: '' }) =>
  [SIGNS[worth] ?? '', worth === 'none' ? '' : verdict, note && `(${note})`, copies && `×${copies}`, thrown && '⚠']
    .filter(Boolean)
    .join(' ')

const verdicts = (peers, columns) =>
  table(
    ['', ...columns.map(({ title }) => title)],
    peers.map((peer) => [nameOf(peer), ...columns.map(({ key }) => cell(peer.cells[key]))]),
    columns.length + 1,
  )

const figures = (peers) =>
  table(
    ['', ...FIGURES.map(({ title }) => title)],
    peers.map((peer) => [nameOf(peer), ...FIGURES.map(({ key }) => number(peer.figures[key]))]),
  )

const rules = (columns) =>
  columns
    .map(
      ({ title, rule, reason, times, often }) =>
        `- **${title}**: ${[rule, reason, times && `Of ${times} times the worst that happened ${often === 1 ? 'at all' : `${often} times`}.`].filter(Boolean).join(' ')}`,
    )
    .join('\n')

/** The parts that were run after all the rest, and their dates. */
export const writeAlone = ({ alone, again, peers }) => {
  const named = (run) =>
    peers
      .filter(({ name }) => run.peers.includes(name))
      .map(nameOf)
      .join(', ')
  const dated = ({ date, chromium }) => `on ${date}, Chromium ${chromium}`
  const parts = []
  if (alone) {
    const columns = COLUMNS.filter(({ key }) => alone.columns.includes(key)).map(({ title }) => `*${title}*`)
    parts.push(`${columns.join(', ')}${named(alone) && ` of ${named(alone)}`} ${dated(alone)}`)
  }
  if (again) parts.push(`all of ${named(again)} ${dated(again)}, with ${again.rounds} visitors for a figure`)
  return parts.join('; ')
}

/** The place in each peer's documentation that explains it, or the alternative. */
const sources = (peers) =>
  peers
    .map(
      (peer) => `- **${nameOf(peer)}**: ${REACH.map(({ key, title }) => `${title}: ${peer.reach?.[key]}`).join('; ')}.`,
    )
    .join('\n')

/** The whole result as a page. */
export const writeTable = (result, columns = COLUMNS) => {
  const peers = result.peers.filter(({ failed }) => !failed)
  const failed = result.peers.filter((peer) => peer.failed)
  const shown = (all) => all.filter((column) => columns.includes(column))
  const { cores, system, chromium, node } = result.machine
  return `# Side by side

Made by \`npm run bench:peers\` on ${result.date}: ${cores} cores, ${system}, Chromium ${chromium}, Node ${node}; wasabi and its peers in the same
browser against the same recording endpoint. Each figure is the median of ${result.rounds} new visitors; times depend on the machine and on what else
it does. A tracker that works in intervals may leave a page luckily or unluckily, so leaving is tried many times; a verdict that was not unanimous
says how often it was so.${result.alone || result.again ? `\nRun after the rest: ${writeAlone(result)}.` : ''}

${writeWorse(result)}

${peers[0]?.figures ? `## Figures\n${figures(peers)}\n\n${rules(FIGURES)}\n` : ''}
## Where the campaign is
✓ on the event of the conversion · ~ on an earlier event, to be joined by an id · ? on an earlier event with nothing in common · ✗ nowhere, or another one

${verdicts(peers, shown(CAMPAIGNS))}

${shown(CAMPAIGNS)
  .map(({ title, rule }) => `- **${title}**: ${rule}`)
  .join('\n')}

${CAMPAIGNS[0].reason}

## How far it reaches
✓ yes · ~ each click, or an id to join it by · ? nothing in common · ✗ no, or not found there · ! could not be run

${verdicts(peers, shown(REACH))}

${rules(shown(REACH))}

A peer whose documentation says how is set up as it says, and run. “No” is from the documentation too, which has no such thing:

${sources(peers)}

## What goes wrong
✓ right · ~ later, or repairable on the server · ✗ wrong · – not applicable · ! could not be run · ×2 taken as often · ⚠ something was thrown into the page

${verdicts(peers, shown(FAULTS))}

${rules(shown(FAULTS))}

What has not arrived 30 s after the call, the last attempt or the visitor's return counts as lost: \`wait.mjs\` says why.

## How each is set up
${result.peers.map((peer) => `- **${nameOf(peer)}**${peer.package ? ` (\`${peer.package}\`)` : ''}: ${peer.docs}.${peer.failed ? ` **Set-up failed: ${peer.failed}.**` : ''}`).join('\n')}
${failed.length ? '\nA failed set-up says nothing about the tracker.\n' : ''}
## Left out
${result.leftOut.map(({ title, reason }) => `- **${title}**: ${reason}.`).join('\n')}
`
}
