import { type ActionType, type UtmParameters } from '../contract/customer-action'
import { now } from './browser/clock'
import { report } from './browser/console'
import { guard } from './browser/guard'
import { readFirstAddress, whenLoaded } from './browser/lifecycle'
import { uuid } from './browser/uuid'
import type { Call, EarlyCall, GivenDetails } from './call'
import { readId } from './event'
import { attribution, createGate, openGate, submit } from './gate'
import { readOptions, type Given, type Options } from './options'
import { perform } from './recorder'
import { setSettings, settings } from './settings'

/** An id: a non-empty string, or a number, which is converted to a string. */
export type Id = string | number

/** The details of an action. */
export type Details = {
  /** The customer of this one action. Overrides the option `customerId` and `identify`, and is not remembered. */
  readonly customerId?: Id | undefined
  /** The subscription contract that the action is about. */
  readonly subscriptionContractId?: Id | undefined
}

/** The calls of a page. None ever throws, and none delays the page. */
export type Wasabi = {
  /**
   * Records one action. Before the call returns, the action is stored in the browser and its request is under way,
   * unless the call has to wait for options, for consent, or for a prerendered page to be shown. Two calls with the
   * same `interactionId` record one action. After a refusal nothing is recorded.
   *
   * @returns the `interactionId` of the details, or a new UUID if they contain no valid one; on a server `''` instead
   * of a UUID
   * @example wasabi.track('SIGN_UP', { customerId: '42' })
   */
  readonly track: (type: ActionType, details?: Details & { readonly interactionId?: Id | undefined }) => string
  /**
   * Corrects an action that this browser recorded on this origin. An unknown id is reported on the console.
   *
   * @example wasabi.update(id, { subscriptionContractId: '12345678' })
   */
  readonly update: (interactionId: Id, details: Details) => void
  /**
   * Identifies the customer who uses this browser from now on, across pages and subdomains. Actions that were recorded
   * under the visitor id are corrected.
   *
   * @example wasabi.identify('42')
   */
  readonly identify: (customerId: Id) => void
  /**
   * For a log-out: forgets the customer, the visitor and the actions that could be corrected. The campaign stays, and
   * undelivered events are still delivered.
   *
   * @example wasabi.reset()
   */
  readonly reset: () => void
  /**
   * Remembers the visitor's answer for 365 days. `true`: wasabi stores and sends, beginning with the calls that waited
   * for the answer. `false`: wasabi deletes all else that it stored, and stores and sends nothing more.
   *
   * @example wasabi.consent(true)
   */
  readonly consent: (granted: boolean) => void
  /**
   * Returns the campaign that a conversion would carry now, before consent too; `undefined` if there is none.
   *
   * @example form.elements.source.value = wasabi.attribution()?.utmSource ?? ''
   */
  readonly attribution: () => UtmParameters | undefined
  /**
   * Sets the options where the tag cannot carry `data-…`. Once the options are set, a call changes nothing and is
   * reported on the console.
   *
   * @example wasabi.init({ endpoint: 'https://collect.example.com/customer-actions', consent: 'required' })
   */
  readonly init: (options: Options) => void
}

/** The options and calls that are known when the tracker is created. */
export type Beginning = {
  /** The options on the script tag, or those of `createTracker`. */
  readonly tag: Given
  /** The calls that the stub queued. */
  readonly early?: readonly EarlyCall[]
}

const start = (tag: Given, options: Given = {}) => {
  if (settings.endpoint) return report('init', options.endpoint ?? '', 'is ignored; the options are set already')
  setSettings(readOptions(options, tag))
  if (settings.endpoint) openGate()
}

const callOf = (name: Exclude<Call['name'], 'page'>) =>
  guard((subject?: unknown, details?: GivenDetails) => {
    const id = readId(details?.interactionId) ?? uuid()
    submit({ name, subject, details: { ...details }, time: now(), href: location.href, id })
    return name === 'track' ? id : undefined
  })

const submitEarly = guard(([id, name, subject, details, time]: EarlyCall, tag: Given) => {
  if (name === 'init') start(tag, subject as Given)
  // To stay short, the stub does not recognise every word for a missing value. Such an id is replaced here.
  else submit({ name, subject, details, time, href: location.href, id: readId(id) ?? uuid() })
})

/** Creates the tracker at once. Its calls wait until they may be performed. */
export const createWasabi = ({ tag, early = [] }: Beginning): Wasabi => {
  createGate(perform)
  const visit = (href: string) => {
    submit({ name: 'page', details: {}, time: now(), href, id: '' })
  }
  const first = readFirstAddress()
  if (first && first !== location.href) visit(first)
  visit(location.href)
  early.forEach((call) => submitEarly(call, tag))
  const begin = guard(() => {
    if (!settings.endpoint) start(tag)
  })
  // Without an endpoint on the tag, `init` may still set one.
  if (tag.endpoint !== undefined) begin()
  else whenLoaded(begin)

  return {
    track: callOf('track') as Wasabi['track'],
    update: callOf('update'),
    identify: callOf('identify'),
    reset: callOf('reset'),
    consent: callOf('consent'),
    init: guard((options: Given) => {
      start(tag, options)
    }),
    attribution: guard(attribution),
  }
}
