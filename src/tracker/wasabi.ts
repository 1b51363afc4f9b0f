import type { UtmParameters } from '../contract/customer-action'
import { ACTION_TYPES, type ActionType } from '../contract/customer-action'
import { readId } from './event'
import { guard } from './browser/guard'
import { whenLoaded } from './browser/lifecycle'
import { readOptions, type Options, type Settings } from './options'
import type { Call, EarlyCall, GivenDetails } from './recorder'
import { createTracker } from './gate'
import { uuid } from './browser/uuid'
import { createVoice } from './browser/console'

/** An id: a non-empty string, or a number, which is written as its string. */
export type Id = string | number

/** What may be said about an action. */
export type Details = {
  /** The customer of this one action. Counts before what the page or `identify` said, and is not remembered. */
  readonly customerId?: Id | undefined
  /** The contract that the action is about. */
  readonly subscriptionContractId?: Id | undefined
}

/** What a page can say. No call ever throws, and none delays the page. */
export type Wasabi = {
  /**
   * Records one action: before it returns, the action is stored in the browser and its request is on the way.
   * The same `interactionId` twice is one action; after a refusal nothing is recorded.
   *
   * @returns the `interactionId`: the one that was given, else a random UUID
   * @example wasabi.track('SIGN_UP', { customerId: '42' })
   */
  readonly track: (type: ActionType, details?: Details & { readonly interactionId?: Id | undefined }) => string
  /**
   * Corrects an action that this browser recorded on this origin. An unknown one is told on the console.
   *
   * @example wasabi.update(id, { subscriptionContractId: '12345678' })
   */
  readonly update: (interactionId: Id, details: Details) => void
  /**
   * From now on this browser is that customer, across pages and subdomains; what was recorded under the visitor is corrected.
   *
   * @example wasabi.identify('42')
   */
  readonly identify: (customerId: Id) => void
  /**
   * Log-out: forgets customer, visitor and what could be corrected. Keeps the campaign; what is undelivered is still delivered.
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
   * Gives the options where the tag cannot carry `data-…`. A second call changes nothing and is told.
   *
   * @example wasabi.init({ endpoint: 'https://collect.example.com/customer-actions', consent: 'required' })
   */
  readonly init: (options: Options) => void
}

/**
 * Makes the object that a page talks to, at once. What it is asked to do waits until it may be done.
 *
 * @param tag the options that stand on the script tag
 * @param early the calls that the stub took down
 * @param landing the address that the stub saw
 */
export const createWasabi = (
  tag: Partial<Options>,
  early: readonly EarlyCall[] = [],
  landing = location.href,
): Wasabi => {
  /** Filled in by `init`. */
  const settings = { endpoint: '' } as Settings
  const voice = createVoice(settings, guard)
  const [tell] = voice
  const { perform, start, attribution } = createTracker(settings, voice)

  const init = (given: Partial<Options>) => {
    if (settings.endpoint) tell('init', '', 'ignored, call it once')
    else Object.assign(settings, readOptions({ ...tag, ...given }, tell, ACTION_TYPES))
    start()
  }

  const submit = guard((call: EarlyCall) => {
    if (call[0] === 'init') init(call[1])
    else perform(call)
  })

  const call = (name: EarlyCall[0]) =>
    guard((subject?: unknown, details?: GivenDetails) => {
      const id = readId(details?.interactionId) ?? uuid()
      submit([name, subject, { ...details }, Date.now(), location.href, id] as Call)
      return name === 'track' ? id : undefined
    })

  for (const href of [landing, location.href]) submit(['', '', {}, Date.now(), href, ''])
  early.forEach((each) => submit(each))
  const begin = guard(() => {
    if (!settings.endpoint) init({})
  })
  // Without an endpoint on the tag, `init` may still give one.
  if ('endpoint' in tag) begin()
  else whenLoaded(begin)

  return {
    ...(Object.fromEntries(
      (['track', 'update', 'identify', 'reset', 'consent', 'init'] as const).map((name) => [name, call(name)]),
    ) as Wasabi),
    attribution: guard(attribution),
  }
}
