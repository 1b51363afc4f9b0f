import { createPicture, createTable, rowsOf, totals } from '/parts.js'
import { element, section } from './element.js'

/** Bars that fit beside the page. */
const MOST_BARS = 7

/** Milliseconds in which arrivals are counted together. */
const SOON = 200

/** Conversions by campaign and type, as the endpoint counts them: as a picture, and as a table. */
export const createConversions = () => {
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
  const place = element('div', {
    className: 'scroll',
    tabIndex: 0,
    role: 'group',
    'aria-label': 'Conversions as a table',
  })
  const table = createTable(place)
  let draw
  let due

  const load = async () => {
    due = undefined
    const answer = await fetch('/overview/conversions').then((response) => response.json())
    const rows = rowsOf(answer)
    empty.hidden = rows.length > 0
    table.show(rows, totals(answer))
    // Only once the canvas is on the page, whose style it uses.
    draw ??= createPicture(canvas, 'y')
    draw(rows.slice(0, MOST_BARS))
  }

  return {
    section: section(
      'Conversions by campaign',
      element('div', { className: 'frame' }, canvas, empty),
      element('details', {}, element('summary', { textContent: 'As a table' }), place),
    ),
    /** Asks the endpoint again. While it does not answer, the last answer stays. */
    refresh() {
      due ??= setTimeout(() => void load().catch(() => undefined), SOON)
    },
  }
}
