import { createArrivals } from '/parts.js'
import { keyOf, readBrowser, readCampaign } from './browser.js'
import { createConversions } from './conversions.js'
import { element, section } from './element.js'
import { follow } from './feed.js'
import { createCampaign, createHolds } from './holds.js'
import { createOutbox } from './outbox.js'
import { startPanel } from './panel.js'
import { createTools } from './tools.js'
import { createTour } from './tour.js'
import { createWeather } from './weather.js'

/** wasabi reports no changes, so its cookies and keys are read this often, in milliseconds. */
const LOOK = 500

const entries = []
const attempts = new Map()
const conversions = createConversions()
let weather = 'up'
let connected = true

const arrivals = createArrivals(
  element(
    'p',
    { className: 'none' },
    'Nothing has arrived yet. ',
    element('a', { href: '/app#sign-up', textContent: 'Sign up in the app' }),
    ', and the event appears here.',
  ),
)
const newestStored = () => entries.findLast(({ outcome }) => outcome === 'stored')?.event
const columns = [
  [createTour(), { section: section('Arrivals at the endpoint', ...arrivals.parts) }, createCampaign()],
  [createOutbox(), createTools(newestStored)],
  [conversions, createHolds()],
]
const breaker = createWeather()
document
  .querySelector('#inspector')
  .append(breaker.section, ...columns.map((views) => element('div', {}, ...views.map((view) => view.section))))

const count = (name) => entries.filter(({ outcome }) => outcome === name).length

const update = () => {
  const browser = readBrowser()
  const model = {
    browser,
    campaign: readCampaign(browser),
    entries,
    attempts: [...attempts.values()],
    weather,
  }
  for (const view of [breaker, ...columns.flat()]) view.update?.(model)
  const summary = document.querySelector('#panel-summary')
  const waiting = browser.outbox.length
  const text = connected ? `${count('stored')} stored${waiting ? ` · ${waiting} waiting` : ''}` : 'not connected'
  if (summary && summary.textContent !== text) summary.textContent = text
}

let due = false
/** One update for all messages that arrive together: a stream begins with everything so far. */
const updateSoon = () => {
  if (due) return
  due = true
  requestAnimationFrame(() => {
    due = false
    update()
  })
}

const parse = (text) => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

follow((name, data) => {
  if (name === 'attempt') attempts.set(data.number, { ...data, key: keyOf(parse(data.body)) })
  else if (name === 'weather') weather = data
  else if (name === 'connected') connected = data
  else {
    const entry = { ...data, outcome: name }
    entries.push(entry)
    arrivals.add(entry)
    if (name === 'stored') conversions.refresh()
  }
  updateSoon()
})

setInterval(() => {
  if (document.visibilityState === 'visible') update()
}, LOOK)
addEventListener('storage', updateSoon)
startPanel()
update()
