import { AFTERMATH, OUTAGE, PATIENCE, REACTION, sleep } from '../wait.mjs'

/** 'arrived' without help, 'later' once the visitor acts (returns, loads a page), or 'lost'. */
const outcome = async ({ endpoint }, marker, comeBack) => {
  if (await endpoint.until(marker)) return 'arrived'
  await comeBack()
  return (await endpoint.until(marker)) ? 'later' : 'lost'
}

const onPage = async (cell) => {
  const tab = await cell.visitNew('/app')
  const marker = cell.marker()
  return { tab, marker, endpoint: cell.endpoint }
}

const reload = (cell, tab) => async () => {
  await tab.reload()
  await cell.ready(tab)
}

export const down = async (cell) => {
  const { tab, marker, endpoint } = await onPage(cell)
  await endpoint.goAway()
  await cell.convert(tab, marker)
  await sleep(OUTAGE)
  await endpoint.comeBack()
  await reload(cell, tab)()
  return (await endpoint.until(marker)) ? 'arrived' : 'lost'
}

export const unavailable = async (cell) => {
  const { tab, marker, endpoint } = await onPage(cell)
  endpoint.weather((arrival, before) => (before === 0 ? { status: 503 } : 'up'))
  await cell.convert(tab, marker)
  return outcome(cell, marker, reload(cell, tab))
}

const ASKED = 5

/** 'obeyed' if no attempt arrived before the requested time, and one after it. */
export const retryAfter = async (cell) => {
  const { tab, marker, endpoint } = await onPage(cell)
  endpoint.weather((arrival, before) =>
    before === 0 ? { status: 429, headers: { 'retry-after': String(ASKED) } } : 'up',
  )
  await cell.convert(tab, marker)
  const end = await outcome(cell, marker, reload(cell, tab))
  const [first, second] = endpoint.attempts(marker)
  const patient = second && second.at - first.at > ASKED * 1000 - 50
  return end === 'arrived' && !patient ? 'too soon' : end
}

export const hang = async (cell) => {
  const { tab, marker, endpoint } = await onPage(cell)
  endpoint.weather((arrival, before) => (before === 0 ? 'hangs' : 'up'))
  await cell.convert(tab, marker)
  await endpoint.until(marker, () => endpoint.attempts(marker).length > 0)
  await sleep(1_000)
  await cell.visit(tab, '/thanks')
  return (await endpoint.until(marker)) ? 'arrived' : 'lost'
}

export const offline = async (cell) => {
  const { tab, marker } = await onPage(cell)
  await cell.context.setOffline(true)
  await cell.convert(tab, marker)
  await sleep(OUTAGE)
  await cell.context.setOffline(false)
  return outcome(cell, marker, reload(cell, tab))
}

const looksRandom = (value) =>
  value.length >= 12 && /\d/.test(value) && /[a-z]/i.test(value) && !/^\/|:\/\/|\.test|\s|^\d{4}-\d\d-\d\dT/.test(value)

/**
 * The endpoint stores the event and its answer is lost. The result names the means to identify the repeat, or is
 * 'once' without a repeat.
 */
export const answerLost = async (cell) => {
  const { tab, marker, endpoint } = await onPage(cell)
  endpoint.weather((arrival, before) => (before === 0 ? 'loses answers' : 'up'))
  const repeated = () => endpoint.taken(marker).length > 1
  await cell.convert(tab, marker)
  const other = cell.marker()
  await cell.convert(tab, other)
  await endpoint.until(other)
  if (!(await endpoint.until(marker, repeated))) {
    await reload(cell, tab)()
    await endpoint.until(marker, repeated)
  }
  const [first, second] = endpoint.taken(marker).map(({ events }) => events.find(({ text }) => text.includes(marker)))
  if (!first) return 'lost'
  if (!second) return 'once'
  const elsewhere = new Set(
    endpoint
      .taken(other)
      .flatMap(({ events }) => events.filter(({ text }) => !text.includes(marker)).flatMap(({ values }) => values)),
  )
  const shared = first.values.filter(
    (value) => second.values.includes(value) && !value.includes(marker) && !elsewhere.has(value) && looksRandom(value),
  )
  if (shared.length) return 'same id'
  return first.text === second.text ? 'same bytes' : 'twice'
}

const pay = ({ site }) => site.url('/pay', 'pay.test')

/**
 * The page ends before its connection to the endpoint is set up. The event is then with the browser, stored, or lost.
 */
const leave = async (cell, end, comeBack) => {
  const { tab, marker, endpoint } = await onPage(cell)
  const thaw = endpoint.freeze()
  await end(tab, marker)
  await sleep(AFTERMATH)
  thaw()
  return outcome(cell, marker, () => comeBack(tab))
}

export const navigation = (cell) =>
  leave(
    cell,
    async (tab, marker) => {
      await tab.evaluate(
        ([id, next]) => {
          window.convert(id)
          location.href = next
        },
        [marker, pay(cell)],
      )
      await tab.waitForURL(pay(cell))
    },
    (tab) => cell.visit(tab, '/thanks'),
  )

export const close = (cell) =>
  leave(
    cell,
    async (tab, marker) => {
      await cell.convert(tab, marker)
      await sleep(REACTION)
      await tab.close()
    },
    () => cell.visitNew('/'),
  )

export const killed = (cell) =>
  leave(
    cell,
    async (tab, marker) => {
      await cell.convert(tab, marker)
      await sleep(REACTION)
      const session = await cell.context.newCDPSession(tab)
      const gone = tab.waitForEvent('crash')
      session.send('Page.crash').catch(() => undefined) // It has nobody left to answer it.
      await gone
    },
    () => cell.visitNew('/'),
  )

const EACH = 25

/**
 * Two tabs record at the same time while the endpoint fails, and are closed. The result is how much of it a later
 * visit delivers.
 */
export const twoTabs = async (cell) => {
  const { endpoint } = cell
  const tabs = [await cell.visitNew('/app'), await cell.visitNew('/app')]
  endpoint.weather({ status: 503 })
  const markers = Array.from({ length: 2 * EACH }, () => cell.marker())
  await Promise.all(
    tabs.map((tab, index) =>
      tab.evaluate(
        async (ids) => {
          for (const id of ids) {
            window.convert(id)
            await new Promise((resolve) => setTimeout(resolve, 4))
          }
        },
        markers.slice(index * EACH, (index + 1) * EACH),
      ),
    ),
  )
  await sleep(OUTAGE)
  for (const tab of tabs) await tab.close()
  endpoint.weather('up')
  await cell.visitNew('/')
  const stored = () => markers.filter((marker) => endpoint.taken(marker).length > 0).length
  for (let before = -1, waited = 0; stored() < markers.length && waited < PATIENCE; waited += 500) {
    if (stored() !== before) waited = 0
    before = stored()
    await sleep(500)
  }
  return { verdict: stored() === markers.length ? 'arrived' : 'lost', note: `${stored()} of ${markers.length}` }
}

/** The page continues without its script for a while, and the visitor acts first. */
export const lateScript = (open) => async (cell) => {
  const tab = await cell.newTab()
  await tab.goto(cell.site.url('/app'), { waitUntil: 'commit' })
  await tab.waitForFunction(() => typeof window.convert === 'function')
  const marker = cell.marker()
  await cell.convert(tab, marker)
  await sleep(1_000)
  open('up')
  if (cell.thrown.length) return 'throws'
  return (await cell.endpoint.until(marker)) ? 'arrived' : 'lost'
}

/** A blocker removes the script: the page must not notice. */
export const blockedScript = async (cell) => {
  const tab = await cell.newTab()
  await tab.goto(cell.site.url('/app'))
  await cell.convert(tab, cell.marker())
  await sleep(1_000)
  return cell.thrown.length ? 'throws' : 'arrived'
}

/** On a page that is hard on scripts, the event has to arrive, and no exception may reach the page. */
export const hardPage = async (cell) => {
  const tab = await cell.newTab()
  await tab.goto(cell.site.url('/app'))
  await cell.ready(tab).catch(() => undefined)
  const marker = cell.marker()
  await cell.convert(tab, marker)
  const arrived = await cell.endpoint.until(marker)
  if (!arrived) return 'lost'
  return cell.thrown.length || cell.violations.length ? 'throws' : 'arrived'
}
