import { BarController, BarElement, CategoryScale, Chart, Legend, LinearScale, Tooltip } from 'chart.js'
import { ACTION_TYPES } from '../../contract/customer-action'
import { typeNames, type Row } from './rows'

Chart.register(BarController, BarElement, CategoryScale, Legend, LinearScale, Tooltip)

/** Distinct for people who cannot distinguish red and green (Okabe and Ito): https://jfly.uni-koeln.de/color/ */
const colours = ['#0072b2', '#e69f00', '#cc79a7', '#009e73'] as const

const dark = matchMedia('(prefers-color-scheme: dark)')

const shorten = (text: string): string => (text.length > 24 ? `${text.slice(0, 23)}…` : text)

/** Returns what draws rows as bars, one colour for each type. */
export const createPicture = (canvas: HTMLCanvasElement, indexAxis: 'x' | 'y') => {
  const chart = new Chart<'bar', number[], string>(canvas, { type: 'bar', data: { labels: [], datasets: [] } })

  const paint = (): void => {
    // A canvas knows no custom properties: the page is asked what they come to.
    const { color, borderTopColor } = getComputedStyle(canvas.parentElement ?? canvas)
    const scale = { stacked: true, ticks: { color, precision: 0 }, grid: { color: borderTopColor } }
    chart.options = {
      indexAxis,
      maintainAspectRatio: false,
      animation: false,
      plugins: { legend: { labels: { color } } },
      scales: { x: scale, y: scale },
    }
    chart.update()
  }
  dark.addEventListener('change', paint)

  return (rows: readonly Row[]): void => {
    chart.data.labels = rows.map(({ name }) => shorten(name))
    chart.data.datasets = ACTION_TYPES.map((_, index) => ({
      label: typeNames[index] ?? '',
      data: rows.map(({ counts }) => counts[index] ?? 0),
      backgroundColor: colours[index] ?? '',
      maxBarThickness: 28,
    }))
    paint()
  }
}

/** One row a day, also for days without any. */
export const dayRows = (
  from: string,
  to: string,
  days: readonly { day: string; type: string; count: number }[],
): readonly Row[] => {
  const rows: Row[] = []
  for (let time = Date.parse(from); time <= Date.parse(to); time += 86_400_000) {
    const name = new Date(time).toISOString().slice(0, 10)
    const counts = ACTION_TYPES.map((type) => days.find((one) => one.day === name && one.type === type)?.count ?? 0)
    rows.push({ name, counts, total: 0 })
  }
  return rows
}
