import { ask, follow, hasToken, keepToken } from './access'
import { createArrivals, type Arrival } from './arrivals'
import { dayRows } from './bars'
import { byId, element } from './element'
import { showForwarding, showRefused, type Forwarding } from './lists'
import { createPicture } from './picture'
import { csvOf, rowsOf, totals, type Conversions } from './rows'
import { createTable } from './table'

/** As many bars as a reader can distinguish. */
const mostBars = 12

/** Milliseconds between two loads, and from a message of the stream to a load. */
const lookAgain = 30_000
const soon = 1000

const question = byId<HTMLFormElement>('question')
const drawDays = createPicture(byId<HTMLCanvasElement>('days'), 'x')
const drawBars = createPicture(byId<HTMLCanvasElement>('bars'), 'y')
const table = createTable(byId('table'))
const unreached = element(
  'p',
  { hidden: '' },
  'The stream cannot be reached. Is the endpoint running? A proxy must pass on /customer-actions/stream.',
)
const arrivals = createArrivals(element('p', {}, 'Nothing has arrived since this page was opened.'))
let shown: Conversions | undefined

const valueOf = (name: string): string => (question.elements.namedItem(name) as HTMLInputElement).value
const setDay = (name: string, daysAgo: number): void => {
  const day = new Date(Date.now() - daysAgo * 86_400_000).toISOString().slice(0, 10)
  ;(question.elements.namedItem(name) as HTMLInputElement).value = day
}

const report = (text: string): void => {
  const status = byId('status')
  if (status.textContent !== text) status.textContent = text
}

const show = (conversions: Conversions): void => {
  const rows = rowsOf(conversions)
  const all = totals(conversions)
  shown = conversions
  byId('by').textContent = conversions.by
  byId('bars').setAttribute('aria-label', `Conversions by ${conversions.by} and type; the table below has the numbers`)
  drawDays(dayRows(conversions.from, conversions.to, conversions.days))
  drawBars(rows.slice(0, mostBars))
  table.show(rows, all)
  report(`${all.total.toLocaleString()} ${all.total === 1 ? 'conversion' : 'conversions'}`)
}

const isOpen = (yes: boolean): void => {
  byId('access').hidden = yes
  byId('content').hidden = !yes
}

/** Loads all data of the page. Resolves to whether the endpoint allowed it. */
const load = async (): Promise<boolean> => {
  const query = new URLSearchParams({ by: valueOf('by'), from: valueOf('from'), to: valueOf('to') })
  try {
    const [conversions, refused, forwarding] = await Promise.all([
      ask<Conversions>(`/overview/conversions?${query.toString()}`),
      ask<{ readonly refused: Parameters<typeof showRefused>[0] }>('/overview/refused'),
      ask<Forwarding>('/overview/forwarding'),
    ])
    isOpen(conversions !== undefined)
    if (conversions === undefined || refused === undefined || forwarding === undefined) return false
    show(conversions)
    showRefused(refused.refused)
    showForwarding(forwarding)
    return true
  } catch (error) {
    report(error instanceof Error ? error.message : 'the endpoint cannot be reached')
    return true
  }
}

let following = false
let due: ReturnType<typeof setTimeout> | undefined

const open = async (): Promise<void> => {
  if (!(await load())) {
    report(hasToken() ? 'This is not the token of the endpoint.' : 'Reading needs a token.')
    return
  }
  if (following) return
  following = true
  setInterval(() => void load(), lookAgain)
  await follow({
    onReach: (isReached) => (unreached.hidden = isReached),
    onMessage: ({ event, data }) => {
      arrivals.add({ ...(JSON.parse(data) as Arrival), outcome: event as Arrival['outcome'] })
      // One load for all events that arrive together.
      due ??= setTimeout(() => {
        due = undefined
        void load()
      }, soon)
    },
  })
}

byId('access').addEventListener('submit', (event) => {
  event.preventDefault()
  keepToken(byId<HTMLInputElement>('token').value)
  void open()
})
question.addEventListener('change', () => void load())
byId('csv').addEventListener('click', () => {
  if (shown === undefined) return
  const { by, from, to } = shown
  const link = document.createElement('a')
  const text = csvOf(by, table.inOrder(rowsOf(shown)), totals(shown))
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv' }))
  link.download = `conversions-by-${by}-${from}-${to}.csv`
  link.click()
  URL.revokeObjectURL(link.href)
})
byId('stream').append(unreached, ...arrivals.parts)
setDay('from', 29)
setDay('to', 0)
void open()
