import type { ChartConfiguration } from 'chart.js'
import { ACTION_TYPES } from '../../contract/customer-action'
import { readable } from './readable'
import { typeNames, type Row } from './rows'

/** Distinct for people who see red and green alike (Okabe and Ito): https://jfly.uni-koeln.de/color/ */
const colours = ['#0072b2', '#e69f00', '#cc79a7', '#009e73'] as const

/** Characters of a name beside its bar, by the picture's width in pixels. The tooltip shows the whole name. */
const roomFor = (width: number): number => Math.min(24, Math.max(8, Math.floor(width / 24)))

const shorten = (text: string, longest: number): string =>
  text.length > longest ? `${text.slice(0, longest - 1)}…` : text

/** The look of the bars. */
export type Look = {
  /** `x` for bars that rise, `y` for bars that lie. */
  readonly indexAxis: 'x' | 'y'
  readonly ink: string
  readonly line: string
  readonly width: number
}

/** Rows as bars, one colour for each type. */
export const barsOf = (rows: readonly Row[], { indexAxis, ink, line, width }: Look): ChartConfiguration<'bar'> => {
  const scale = { stacked: true, ticks: { color: ink, precision: 0 }, grid: { color: line } }
  return {
    type: 'bar',
    data: {
      labels: rows.map(({ name }) => shorten(readable(name), roomFor(width))),
      datasets: ACTION_TYPES.map((_, index) => ({
        label: typeNames[index] ?? '',
        data: rows.map(({ counts }) => counts[index] ?? 0),
        backgroundColor: colours[index] ?? '',
        maxBarThickness: 28,
      })),
    },
    options: {
      indexAxis,
      maintainAspectRatio: false,
      animation: false,
      plugins: {
        legend: { labels: { color: ink, boxWidth: 14 } },
        tooltip: { callbacks: { title: (items) => readable(rows[items[0]?.dataIndex ?? -1]?.name ?? '') } },
      },
      scales: { x: scale, y: scale },
    },
  }
}

/** One row for each day, also for days without events. */
export const dayRows = (
  from: string,
  to: string,
  days: readonly { readonly day: string; readonly type: string; readonly count: number }[],
): readonly Row[] => {
  const known = new Map(days.map(({ day, type, count }) => [`${day} ${type}`, count]))
  const rows: Row[] = []
  for (let time = Date.parse(from); time <= Date.parse(to); time += 86_400_000) {
    const name = new Date(time).toISOString().slice(0, 10)
    const counts = ACTION_TYPES.map((type) => known.get(`${name} ${type}`) ?? 0)
    rows.push({ name, isOwn: true, counts, total: counts.reduce((one, other) => one + other, 0) })
  }
  return rows
}
