import { COLUMNS, FIGURES, NOISE, RANK } from './rules.mjs'

const number = (value) => value.toLocaleString('en-US', { maximumFractionDigits: 2 })

const TIMES = ['loadTime', 'eventTime', 'delay']

const list = (items) => (items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`)

/** The sentences about what wasabi does worse than others, from the figures and verdicts: none is written by hand. */
export const writeWorse = ({ peers }) => {
  const wasabi = peers.find(({ name }) => name === 'wasabi')
  const others = peers.filter((peer) => peer !== wasabi && !peer.failed)
  if (!wasabi || wasabi.failed || !others.length) return ''
  const figures = FIGURES.flatMap(({ key, title }) => {
    const mine = wasabi.figures?.[key]
    if (mine === undefined) return []
    const better = others.filter(({ figures: theirs }) =>
      TIMES.includes(key) ? theirs[key] * NOISE < mine : theirs[key] < mine,
    )
    better.sort((a, b) => a.figures[key] - b.figures[key])
    return better.length
      ? [
          `- ${title}: ${number(mine)}; less with ${list(better.map((peer) => `${peer.title} (${number(peer.figures[key])})`))}.`,
        ]
      : []
  })
  const verdicts = COLUMNS.flatMap(({ key, title }) => {
    const mine = wasabi.cells[key]
    const rank = RANK.indexOf(mine?.worth)
    const better = others.filter(
      ({ cells }) => RANK.includes(cells[key]?.worth) && RANK.indexOf(cells[key].worth) < rank,
    )
    return better.length
      ? [`- ${title}: “${mine.verdict}”; better with ${list(better.map((peer) => peer.title))}.`]
      : []
  })
  const wrong = COLUMNS.filter(({ key }) => wasabi.cells[key]?.worth === 'bad').map(({ title }) => title)
  return [
    '**What wasabi does worse:**',
    '',
    ...(figures.length || verdicts.length ? [...figures, ...verdicts] : ['- nothing that was measured.']),
    ...(verdicts.length ? [] : ['- In no column about campaigns or faults is a peer better.']),
    ...(wrong.length ? [`- Wrong with wasabi: ${list(wrong)}.`] : []),
  ].join('\n')
}
