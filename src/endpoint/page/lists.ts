import { byId, element, outside } from './element'
import { readable } from './readable'

type Refused = {
  readonly receivedAt: string
  readonly errors: readonly { readonly path: string; readonly message: string }[]
  readonly body: string
}

/** The endpoint's answer about forwarding. */
export type Forwarding = {
  readonly receivers: readonly {
    readonly target: string
    readonly events: number
    readonly seconds: number
    readonly setAside: number
  }[]
  readonly refused: readonly {
    readonly target: string
    readonly cursor: string
    readonly status: number
    readonly answer: string
  }[]
}

const nothing = (text: string): HTMLElement => element('p', {}, text)

const list = (items: readonly HTMLElement[]): HTMLElement => element('ol', { class: 'list' }, ...items)

const refusedItem = ({ receivedAt, errors, body }: Refused): HTMLElement =>
  element(
    'li',
    {},
    element('time', { datetime: receivedAt }, new Date(receivedAt).toLocaleString()),
    ...errors.flatMap(({ path, message }) => [
      ' ',
      element('strong', { class: 'bad' }, outside(path || 'the whole body')),
      ` ${readable(message)}`,
    ]),
    element(
      'details',
      {},
      element('summary', {}, 'The body as it arrived'),
      element('pre', { tabindex: '0' }, readable(body)),
    ),
  )

/** Shows the refused bodies, newest first. */
export const showRefused = (refused: readonly Refused[]): void => {
  byId('refused').replaceChildren(
    refused.length === 0 ? nothing('Nothing was refused.') : list(refused.map(refusedItem)),
  )
}

/** Shows how far each receiver is behind, and the events that it refused. */
export const showForwarding = ({ receivers, refused }: Forwarding): void => {
  const lines = receivers.map(({ target, events, seconds, setAside }) =>
    element(
      'li',
      {},
      element('strong', {}, target),
      ` ${String(events)} events wait, the oldest for ${String(Math.round(seconds))} s; ${String(setAside)} set aside`,
    ),
  )
  const answers = refused.map(({ target, cursor, status, answer }) =>
    element(
      'li',
      {},
      `Event ${cursor}, refused by ${target}: `,
      element('strong', { class: 'bad' }, String(status)),
      element('pre', { tabindex: '0' }, readable(answer)),
    ),
  )
  byId('forwarding').replaceChildren(
    lines.length === 0 ? nothing('Nothing is forwarded.') : list([...lines, ...answers]),
  )
}
