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

/** An id: a non-empty string, or a number, which is written as its string. */
export type Id = string | number

/** What a page may say about an action. */
export type Details = {
  /** The customer of this one action. Counts before what the page or `identify` said, and is not remembered. */
  readonly customerId?: Id | undefined
  /** The contract that the action is about. */
  readonly subscriptionContractId?: Id | undefined
}

/** The calls of a page. None ever throws, and none delays the page. */
export type Wasabi = {
  /**
   * Records one action: before it returns, the action is stored in the browser and its request is on the way.
   * The same `interactionId` twice is one action; after a refusal nothing is recorded.
   *
   * @returns the `interactionId`: that of the details, else a new UUID; on a server without one, `''`
   * @example wasabi.track('SIGN_UP', { customerId: '42' })
   */
  readonly track: (type: ActionType, details?: Details & { readonly interactionId?: Id | undefined }) => string
  /**
   * Corrects an action that this browser recorded on this origin. An unknown one is reported on the console.
   *
   * @example wasabi.update(id, { subscriptionContractId: '12345678' })
   */
  readonly update: (interactionId: Id, details: Details) => void
  /**
   * From now on this browser is that customer, across pages and subdomains; what was recorded
   * under the visitor is corrected.
   *
   * @example wasabi.identify('42')
   */
  readonly identify: (customerId: Id) => void
  /**
   * Log-out: forgets customer, visitor and what could be corrected. Keeps the campaign; what is
   * undelivered is still delivered.
   *
   * @example wasabi.reset()
   */
  readonly reset: () => void
  /**
   * Remembers the visitor's answer for 365 days. `true`: stores and sends, starting with what was held back.
   * `false`: deletes all that wasabi stored, and does nothing more.
   *
   * @example wasabi.consent(true)
   */
  readonly consent: (granted: boolean) => void
  /**
   * The campaign that a conversion would get now, before consent too; `undefined` for none.
   *
   * @example form.elements.source.value = wasabi.attribution()?.utmSource ?? ''
   */
  readonly attribution: () => UtmParameters | undefined
  /**
   * Gives the options where the tag cannot carry `data-…`. A second call changes nothing and is reported.
   *
   * @example wasabi.init({ endpoint: 'https://collect.example.com/customer-actions', consent: 'required' })
   */
  readonly init: (options: Options) => void
}

/** What is known when the object is made. */
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
  // The stub is too short to know every word for a missing value.
  else submit({ name, subject, details, time, href: location.href, id: readId(id) ?? uuid() })
})

/** Makes the object that a page talks to, at once. Its calls wait until they may be done. */
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
  // Without an endpoint on the tag, `init` may still give one.
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
