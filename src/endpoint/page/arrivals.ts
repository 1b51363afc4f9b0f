import type { CustomerAction } from '../../contract/customer-action'
import { element, outside } from './element'
import { readable } from './readable'

/** One message of the stream. */
export type Arrival = {
  readonly outcome: 'stored' | 'repeated' | 'refused'
  readonly receivedAt: string
  /** Missing for a refused body, which may be anything. */
  readonly event?: CustomerAction
  readonly reason?: string
  readonly body?: string
}

/** The most entries that are kept, and how many of them are shown until the reader asks for all. */
const kept = 50
const shownFirst = 6

const badges = { stored: 'stored', repeated: 'known', refused: 'refused' } as const

const timeOf = (receivedAt: string): string =>
  new Date(receivedAt).toLocaleTimeString([], {
    hourCycle: 'h23',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })

/** The contract allows more fields than it names, with any value. */
type Term = readonly [name: string, value: unknown]

/** The fields that a reader looks for first: the campaign and the customer. */
const storyOf = ({ body }: CustomerAction): readonly Term[] => [
  ...Object.entries(body.utmParameters ?? {}),
  ['customerId', body.customerId],
]

const plumbingOf = ({ body }: CustomerAction): readonly Term[] => [
  ['interactionId', body.interactionId],
  ['subscriptionContractId', body.interaction.subscriptionContractId],
  ['createdAt', body.createdAt],
  ['updatedAt', body.updatedAt],
]

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** Shows the fields that have a value. */
const terms = (pairs: readonly Term[]): HTMLElement =>
  element(
    'dl',
    {},
    ...pairs.flatMap(([name, value]) =>
      value === undefined
        ? []
        : [element('div', {}, element('dt', {}, readable(name)), element('dd', {}, outside(textOf(value))))],
    ),
  )

const verdictOf = ({ outcome, reason = '' }: Arrival): readonly HTMLElement[] => {
  if (outcome === 'stored') return []
  const text =
    outcome === 'repeated'
      ? `Recognised: ${reason}. Nothing was stored a second time.`
      : `Refused: ${reason}. The browser reports it on its console, and does not send it again.`
  return [element('p', { class: 'verdict' }, readable(text))]
}

const headOf = ({ outcome, event, receivedAt }: Arrival): HTMLElement =>
  element(
    'summary',
    {},
    element('span', { class: `badge ${outcome}` }, badges[outcome]),
    element('strong', {}, readable(event?.body.interaction.type ?? 'Not an event')),
    ...(event?.eventAction === 'UPDATED' ? [element('span', { class: 'kind' }, 'corrected')] : []),
    element('span', { class: 'campaign' }, outside(event?.body.utmParameters?.utmCampaign ?? '')),
    element('time', { datetime: receivedAt }, timeOf(receivedAt)),
  )

const detailsOf = (arrival: Arrival): HTMLElement => {
  const { event, body = '' } = arrival
  return element(
    'details',
    { open: '' },
    headOf(arrival),
    ...verdictOf(arrival),
    ...(event ? [terms(storyOf(event))] : []),
    element(
      'details',
      {},
      element('summary', {}, event ? 'Ids, times, and the body as it arrived' : 'The body as it arrived'),
      ...(event ? [terms(plumbingOf(event))] : []),
      element('pre', { tabindex: '0' }, readable(event ? JSON.stringify(event, null, 2) : body)),
    ),
  )
}

/** The events as they arrive, newest first, the newest one open. `empty` is shown until there is one. */
export const createArrivals = (empty: HTMLElement) => {
  const list = element('ol', { class: 'arrivals', reversed: '' })
  const all = element('button', { type: 'button', class: 'quiet', hidden: '' })
  const spoken = element('p', { class: 'hidden', role: 'status' })
  all.addEventListener('click', () => {
    list.classList.add('all')
    all.hidden = true
  })

  return {
    parts: [spoken, empty, list, all],
    add: (arrival: Arrival): void => {
      empty.hidden = true
      list.querySelector(':scope > li > details')?.removeAttribute('open')
      list.prepend(element('li', { class: arrival.outcome }, detailsOf(arrival)))
      list.children[kept]?.remove()
      const count = list.children.length
      all.hidden = count <= shownFirst || list.classList.contains('all')
      all.textContent = `Show the newest ${String(count)}`
      spoken.textContent = `${readable(arrival.event?.body.interaction.type ?? 'A body')}: ${badges[arrival.outcome]}`
    },
  }
}
