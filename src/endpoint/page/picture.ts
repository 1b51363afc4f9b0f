import { BarController, BarElement, CategoryScale, Chart, Legend, LinearScale, Tooltip } from 'chart.js'
import { barsOf, type Look } from './bars'
import { readable } from './readable'
import type { Row } from './rows'

Chart.register(BarController, BarElement, CategoryScale, Legend, LinearScale, Tooltip)

const dark = matchMedia('(prefers-color-scheme: dark)')

/** Returns a function that draws rows as bars. */
export const createPicture = (canvas: HTMLCanvasElement, indexAxis: Look['indexAxis']) => {
  let shown: readonly Row[] = []

  const bars = () => {
    // A canvas cannot read custom properties: the page computes their values.
    const frame = canvas.parentElement ?? canvas
    const { color, borderTopColor, fontFamily } = getComputedStyle(frame)
    Chart.defaults.font.family = fontFamily
    // The frame's width: a canvas that was hidden until now still has the width 0.
    return barsOf(shown, { indexAxis, ink: color, line: borderTopColor, width: frame.clientWidth })
  }
  const chart = new Chart(canvas, bars())

  const paint = (): void => {
    const { data, options = {} } = bars()
    chart.data = data
    chart.options = options
    chart.update()
  }
  dark.addEventListener('change', paint)
  // The chart's tooltip appears over its bars only. Over the names, the browser shows the `title`.
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
