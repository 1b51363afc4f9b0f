import { TYPES } from './conversions.js'
import { element, section, whenChanged } from './element.js'

const shorten = (text) => (text.length > 18 ? `${text.slice(0, 17)}…` : text)

const calm = matchMedia('(prefers-reduced-motion: reduce)')
const dark = matchMedia('(prefers-color-scheme: dark)')

const tableOf = (rows) =>
  element(
    'table',
    {},
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        element('th', { scope: 'col', textContent: 'Campaign' }),
        ...TYPES.map(([, name]) => element('th', { scope: 'col', textContent: name })),
      ),
    ),
    element(
      'tbody',
      {},
      ...rows.map(({ campaign, types }) =>
        element(
          'tr',
          {},
          element('th', { scope: 'row', textContent: campaign }),
          ...types.map((count) => element('td', { textContent: count })),
        ),
      ),
    ),
  )

/** What the axis shortens, the tooltip says in full. */
const optionsOf = (ink, line, nameOf) => ({
  indexAxis: 'y',
  maintainAspectRatio: false,
  animation: calm.matches ? false : { duration: 300 },
  plugins: { legend: { display: false }, tooltip: { callbacks: { title: ([{ dataIndex }]) => nameOf(dataIndex) } } },
  scales: {
    x: { stacked: true, ticks: { precision: 0, color: ink }, grid: { color: line } },
    y: { stacked: true, ticks: { color: ink }, grid: { display: false } },
  },
})

/** Conversions by campaign and type, drawn by Chart.js, and as a table for people who cannot see a canvas. */
export const createPicture = () => {
  const canvas = element('canvas', {
    role: 'img',
    'aria-label': 'Conversions by campaign and type; the table below has the numbers',
  })
  const empty = element(
    'p',
    { className: 'none' },
    'No conversions yet. ',
    element('a', { href: '/app#sign-up', textContent: 'Sign up in the app' }),
    ', and its campaign gets a bar.',
  )
  const frame = element('div', { className: 'frame' }, canvas, empty)
  const legend = element(
    'ul',
    { className: 'legend' },
    ...TYPES.map(([type, name]) => element('li', {}, element('span', { className: `swatch ${type}` }), name)),
  )
  const table = element('div', {
    className: 'scroll',
    tabIndex: 0,
    role: 'group',
    'aria-label': 'Conversions as a table',
  })
  let rows = []
  let chart
  const nameOf = (index) => rows[index]?.campaign ?? ''

  // The chart's own tooltip comes over bars only: over a label, it is the browser's.
  canvas.addEventListener('mousemove', ({ offsetX, offsetY }) => {
    const { x, y } = chart?.scales ?? {}
    canvas.title = y && offsetX < x.left ? nameOf(y.getValueForPixel(offsetY)) : ''
  })

  const draw = () => {
    if (!chart) return
    // A canvas knows no custom properties: the page is asked what they come to.
    const colourOf = (node, property) => getComputedStyle(node)[property]
    const swatches = [...legend.querySelectorAll('.swatch')]
    chart.options = optionsOf(colourOf(canvas, 'color'), colourOf(frame, 'borderTopColor'), nameOf)
    chart.data.labels = rows.map(({ campaign }) => shorten(campaign))
    chart.data.datasets = TYPES.map(([, label], index) => ({
      label,
      data: rows.map(({ types }) => types[index]),
      backgroundColor: colourOf(swatches[index], 'backgroundColor'),
      maxBarThickness: 26,
    }))
    chart.update()
  }

  const load = async () => {
    await import('/vendor/chart.js')
    globalThis.Chart.defaults.font.family = getComputedStyle(canvas).fontFamily
    chart ??= new globalThis.Chart(canvas, { type: 'bar', data: { labels: [], datasets: [] } })
    draw()
  }

  dark.addEventListener('change', draw)

  const show = whenChanged((next) => {
    rows = next
    empty.hidden = rows.length > 0
    table.replaceChildren(tableOf(rows))
    if (chart) draw()
    else if (rows.length) void load()
  })

  return {
    section: section(
      'Conversions by campaign',
      frame,
      legend,
      element('details', {}, element('summary', { textContent: 'As a table' }), table),
    ),
    update: ({ conversions }) => show(conversions),
  }
}
