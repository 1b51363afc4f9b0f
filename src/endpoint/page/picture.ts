import { BarController, BarElement, CategoryScale, Chart, Legend, LinearScale, Tooltip } from 'chart.js'
import { barsOf, type Look } from './bars'
import { readable } from './readable'
import type { Row } from './rows'

Chart.register(BarController, BarElement, CategoryScale, Legend, LinearScale, Tooltip)

const dark = matchMedia('(prefers-color-scheme: dark)')

/** Returns what draws rows as bars. */
export const createPicture = (canvas: HTMLCanvasElement, indexAxis: Look['indexAxis']) => {
  let shown: readonly Row[] = []

  const bars = () => {
    // A canvas knows no custom properties: the page computes their values.
    const { color, borderTopColor, fontFamily } = getComputedStyle(canvas.parentElement ?? canvas)
    Chart.defaults.font.family = fontFamily
    return barsOf(shown, { indexAxis, ink: color, line: borderTopColor, width: canvas.clientWidth })
  }
  const chart = new Chart(canvas, bars())

  const paint = (): void => {
    const { data, options = {} } = bars()
    chart.data = data
    chart.options = options
    chart.update()
  }
  dark.addEventListener('change', paint)
  // The chart has a tooltip over its bars only: over the names it is the browser's.
  canvas.addEventListener('mousemove', ({ offsetX, offsetY }) => {
    const { x, y } = chart.scales
    const row = y && x && offsetX < x.left ? shown[y.getValueForPixel(offsetY) ?? -1] : undefined
    canvas.title = readable(row?.name ?? '')
  })

  return (rows: readonly Row[]): void => {
    shown = rows
    paint()
  }
}
