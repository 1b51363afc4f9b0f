import { element, section, terms } from './element.js'

/** So many are kept, and so many of them are shown until somebody asks for all. */
const KEPT = 50
const SHOWN = 6

const BADGES = { stored: 'stored', repeated: 'known', refused: 'refused' }

const timeOf = (receivedAt) =>
  new Date(receivedAt).toLocaleTimeString([], {
    hourCycle: 'h23',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })

/** What a reader asks first: which campaign, and who. */
const storyOf = ({ body }) => [...Object.entries(body.utmParameters ?? {}), ['customerId', body.customerId]]

/** The fields that are there; one that is absent is absent here too. */
const plumbingOf = ({ body }) =>
  [
    ['interactionId', body.interactionId],
    ['subscriptionContractId', body.interaction.subscriptionContractId],
    ['createdAt', body.createdAt],
    ['updatedAt', body.updatedAt],
  ].filter(([, value]) => value !== undefined)

const verdict = ({ outcome, reason, event }) =>
  ({
    repeated: `Recognised: ${reason}. Nothing was stored a second time. Start over to act as somebody new.`,
    refused: `Refused: ${reason}. The answer says so to the browser, which does not send it again.`,
  })[outcome]

const rowOf = (entry) => {
  const { outcome, event, receivedAt, body } = entry
  const details = element(
    'details',
    {},
    element(
      'summary',
      {},
      element('span', { className: `badge ${outcome}`, textContent: BADGES[outcome] }),
      element('strong', { textContent: event?.body.interaction.type ?? 'Not an event' }),
      event?.eventAction === 'UPDATED' ? element('span', { className: 'kind', textContent: 'corrected' }) : undefined,
      element('span', { className: 'campaign', textContent: event?.body.utmParameters?.utmCampaign ?? '' }),
      element('time', { dateTime: receivedAt, textContent: timeOf(receivedAt) }),
    ),
  )
  const said = verdict(entry)
  if (said) details.append(element('p', { className: 'verdict', textContent: said }))
  if (event) details.append(terms(storyOf(event)))
  details.append(
    element(
      'details',
      {},
      element('summary', { textContent: event ? 'Ids, times, and the body as it came' : 'The body as it came' }),
      event && terms(plumbingOf(event)),
      element('pre', { tabIndex: 0, textContent: event ? JSON.stringify(event, null, 2) : body }),
    ),
  )
  return { row: element('li', { className: outcome }, details), details }
}

/** The events as they come in, newest first, the newest one open. */
export const createArrivals = () => {
  const list = element('ol', { className: 'arrivals', reversed: true })
  const empty = element(
    'p',
    { className: 'none' },
    'Nothing has come in yet. ',
    element('a', { href: '/app#sign-up', textContent: 'Sign up in the app' }),
    ', and the event appears here.',
  )
  const all = element('button', { type: 'button', className: 'quiet', hidden: true })
  all.addEventListener('click', () => {
    list.classList.add('all')
    all.hidden = true
  })
  const spoken = element('p', { className: 'hidden', role: 'status' })
  let newest

  return {
    section: section('What the endpoint got', spoken, empty, list, all),
    add(entry) {
      empty.hidden = true
      const { row, details } = rowOf(entry)
      if (newest) newest.open = false
      details.open = true
      newest = details
      list.prepend(row)
      list.children[KEPT]?.remove()
      const count = list.children.length
      all.hidden = count <= SHOWN || list.classList.contains('all')
      all.textContent = `Show the newest ${count}`
      spoken.textContent = `${entry.event?.body.interaction.type ?? 'A body'}: ${BADGES[entry.outcome]}`
    },
  }
}
