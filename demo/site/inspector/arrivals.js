import { element, section, terms } from './element.js'

const SHOWN = 50

const BADGES = { stored: 'stored', repeated: 'known', refused: 'refused' }

const timeOf = (receivedAt) =>
  new Date(receivedAt).toLocaleTimeString([], {
    hourCycle: 'h23',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })

/** The fields that are there; one that is absent is absent here too. */
const pairsOf = ({ body }) =>
  [
    ['interactionId', body.interactionId],
    ['customerId', body.customerId],
    ['type', body.interaction.type],
    ['subscriptionContractId', body.interaction.subscriptionContractId],
    ...Object.entries(body.utmParameters ?? {}),
    ['createdAt', body.createdAt],
    ['updatedAt', body.updatedAt],
  ].filter(([, value]) => value !== undefined)

const verdict = ({ outcome, reason, event }) =>
  ({
    stored: `${event?.eventType} ${event?.eventAction}, version ${event?.version}: valid, and stored.`,
    repeated: `Recognised: ${reason}. Nothing was stored a second time. Start over to act as somebody new.`,
    refused: `Refused: ${reason}. The browser is told, and does not send it again.`,
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
    element('p', { className: 'verdict', textContent: verdict(entry) }),
  )
  if (event) details.append(terms(pairsOf(event)))
  details.append(
    element(
      'details',
      {},
      element('summary', { textContent: 'The body as it came' }),
      element('pre', { tabIndex: 0, textContent: event ? JSON.stringify(event, null, 2) : body }),
    ),
  )
  return { row: element('li', { className: outcome }, details), details }
}

/** The events as they come in, newest first, the newest one open. */
export const createArrivals = () => {
  const list = element('ol', { className: 'arrivals', reversed: true })
  const empty = element('p', { className: 'none', textContent: 'Nothing has come in yet.' })
  const spoken = element('p', { className: 'hidden', role: 'status' })
  let newest

  return {
    section: section('What the endpoint got', spoken, empty, list),
    add(entry) {
      empty.hidden = true
      const { row, details } = rowOf(entry)
      if (newest) newest.open = false
      details.open = true
      newest = details
      list.prepend(row)
      list.children[SHOWN]?.remove()
      spoken.textContent = `${entry.event?.body.interaction.type ?? 'A body'}: ${BADGES[entry.outcome]}`
    },
  }
}
