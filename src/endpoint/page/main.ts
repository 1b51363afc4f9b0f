import { ask, follow, keepToken } from './access'
import { byId } from './element'
import { showForwarding, showMessage, showRefused, type Forwarding } from './lists'
import { createPicture, dayRows } from './picture'
import { csvOf, rowsOf, totals, type Conversions, type Row } from './rows'
import { createTable } from './table'

/** As many bars as a reader can distinguish. */
const mostBars = 12

/** Milliseconds between two looks, and after news from the stream. */
const lookAgain = 30_000
const soon = 1000

const question = byId<HTMLFormElement>('question')
const drawDays = createPicture(byId<HTMLCanvasElement>('days'), 'x')
const drawBars = createPicture(byId<HTMLCanvasElement>('bars'), 'y')
const drawTable = createTable(byId('table'))
let shown: { readonly by: string; readonly rows: readonly Row[] } = { by: 'campaign', rows: [] }

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
  shown = { by: conversions.by, rows }
  byId('by').textContent = conversions.by
  byId('bars').setAttribute('aria-label', `Conversions by ${conversions.by} and type; the table below has the numbers`)
  drawDays(dayRows(conversions.from, conversions.to, conversions.days))
  drawBars(rows.slice(0, mostBars))
  drawTable(rows, all)
  report(`${all.total.toLocaleString()} conversions`)
}

const isOpen = (yes: boolean): void => {
  byId('access').hidden = yes
  byId('content').hidden = !yes
}

/** Asks for everything. Resolves to whether the endpoint let it read. */
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
    report('Reading needs a token.')
    return
  }
  if (following) return
  following = true
  setInterval(() => void load(), lookAgain)
  await follow((message) => {
    showMessage(message)
    // Once for all that comes together.
    due ??= setTimeout(() => {
      due = undefined
      void load()
    }, soon)
  })
}

byId('access').addEventListener('submit', (event) => {
  event.preventDefault()
  keepToken(byId<HTMLInputElement>('token').value)
  void open()
})
question.addEventListener('change', () => void load())
byId('csv').addEventListener('click', () => {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([csvOf(shown.by, shown.rows)], { type: 'text/csv' }))
  link.download = `conversions-by-${shown.by}.csv`
  link.click()
  URL.revokeObjectURL(link.href)
})
setDay('from', 29)
setDay('to', 0)
void open()
