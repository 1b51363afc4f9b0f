import { element, section } from './element.js'
import { keyOf } from './browser.js'

const SHOP = 'wasabi.localhost'

/** wasabi waits a random time below this, in seconds: doubled with each round, five minutes at most. */
const longestWait = (failures) => Math.min(300, 2 ** (failures - 1))

const secondsUntil = (time) => Math.max(0, Math.ceil((time - Date.now()) / 1000))

const nextTry = ({ browser, attempts }, last) => {
  if (browser.waitUntil > Date.now())
    return `next try in ${secondsUntil(browser.waitUntil)} s, as the endpoint asked (Retry-After)`
  if (last && last.answer === undefined) return 'waiting for an answer'
  const here = attempts.filter(({ origin, answer }) => origin === location.origin && answer !== undefined)
  const failures = here.length - 1 - here.findLastIndex(({ answer }) => answer < 500)
  const latest = secondsUntil((last?.at ?? 0) + longestWait(failures) * 1000)
  return latest ? `next try in ${latest} s at the latest` : 'next try soon, if a page of the shop is open here'
}

const describe = (model, event) => {
  const tries = model.attempts.filter(({ key }) => key === keyOf(event))
  const answers = tries.filter(({ answer }) => answer !== undefined)
  const answer = answers.at(-1)?.answer
  return [
    `${tries.length} ${tries.length === 1 ? 'attempt' : 'attempts'}`,
    answer && (answer === 'none' ? 'no answer to the last' : `the last answered with ${answer}`),
    nextTry(model, tries.at(-1)),
  ]
    .filter(Boolean)
    .join(', ')
}

/** In a browser, each host has a storage of its own. */
const noteOf = ({ hostname, port }) => {
  if (!hostname.endsWith(SHOP)) return undefined
  const other = hostname === SHOP ? `app.${SHOP}` : SHOP
  return element(
    'p',
    { className: 'none' },
    'Each host has an outbox of its own. See that of ',
    element('a', { href: `http://${other}:${port}/inspector`, textContent: other }),
    '.',
  )
}

/** Events that are stored in this browser and that the endpoint has not acknowledged yet. */
export const createOutbox = () => {
  const list = element('ul', { className: 'outbox' })
  const empty = element('p', {
    className: 'none',
    textContent: 'Nothing waits: the endpoint has every event. Choose “Is away” above, then act: the event waits here.',
  })
  const rows = new Map()

  const add = (key, { eventAction, body }) => {
    const status = element('span', { className: 'status' })
    const row = element(
      'li',
      {},
      element('strong', { textContent: body.interaction.type }),
      ' ',
      element('code', { textContent: body.interactionId }),
      eventAction === 'UPDATED' ? ' (correction)' : '',
      status,
    )
    rows.set(key, { row, status })
    list.append(row)
  }

  return {
    section: section(`Outbox of ${location.hostname}`, list, empty, noteOf(location)),
    update(model) {
      const { outbox } = model.browser
      empty.hidden = outbox.length > 0
      for (const event of outbox) {
        const key = keyOf(event)
        if (!rows.has(key)) add(key, event)
        const { status } = rows.get(key)
        const text = describe(model, event)
        if (status.textContent !== text) status.textContent = text
      }
      const waiting = new Set(outbox.map(keyOf))
      for (const [key, { row }] of rows) {
        if (waiting.has(key)) continue
        row.remove()
        rows.delete(key)
      }
    },
  }
}
