import type { UtmParameters } from './campaign'
import { ACTION_TYPES, readId, type ActionType } from './customer-action'
import { guard } from './guard'
import { whenLoaded, whenShown } from './lifecycle'
import { readOptions, type Options, type Settings, type Tell } from './options'
import type { GivenDetails } from './recorder'
import { createTracker, landingOf, type Call } from './tracker'
import { uuid } from './uuid'

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
  /** Log-out: forgets customer, visitor and what could be corrected. Keeps the campaign; what is undelivered is still delivered. */
  readonly reset: () => void
  /**
   * Remembers the visitor's answer for 365 days. `true`: stores and sends, starting with what was held back.
   * `false`: deletes all that wasabi stored, and does nothing more.
   */
  readonly consent: (granted: boolean) => void
  /** The campaign that a conversion would get now, before consent too; `undefined` for none. */
  readonly attribution: () => UtmParameters | undefined
  /** Gives the options where the tag cannot carry `data-…`. A second call changes nothing and is told. */
  readonly init: (options: Options) => void
}

/** A call as the stub takes it down. */
export type EarlyCall = Call | readonly [name: 'init', options: Partial<Options>]

/** Makes the object that a page talks to, at once; what must wait for options or for a prerendered page to be shown waits. */
export const createWasabi = (tag: Partial<Options>, early: readonly EarlyCall[] = [], landing?: string): Wasabi => {
  const waiting: Call[] = []
  const told = new Set<string>()
  let settings: Settings | undefined
  let tracker: ReturnType<typeof createTracker> | undefined

  const tell: Tell = (what, value, todo) => {
    const mistake = `wasabi: ${what} ${String(value)}: ${todo}.`
    if (!told.has(mistake)) console.error(mistake)
    told.add(mistake)
  }

  const submit = (call: Call) => {
    if (tracker) tracker.perform(call)
    else waiting.push(call)
  }

  const init = (given: Partial<Options>) => {
    if (settings) {
      tell('init', '', 'ignored, the options are known')
      return
    }
    settings = readOptions({ ...tag, ...given }, tell, { types: ACTION_TYPES, readId })
    const known = settings
    if (!known) return
    const log = (...what: readonly unknown[]) => {
      if (known.debug) console.log('wasabi:', ...what)
    }
    whenShown(
      guard((prerendered: boolean) => {
        const calls = waiting.splice(0)
        tracker = createTracker(known, { tell, log }, waiting)
        // A refusal drops what was queued before it.
        calls.splice(0, calls.map(([name, answer]) => name === 'consent' && answer === false).lastIndexOf(true))
        // What a prerendered page was asked for is not what it became.
        for (const [name, subject, details, time, href, id] of calls) tracker.perform([name, subject, details, time, prerendered ? location.href : href, id])
      }),
    )
  }

  const call =
    (name: Call[0]) =>
    (subject?: unknown, details?: GivenDetails): string | undefined => {
      let id = ''
      guard(() => {
        id = readId(details?.interactionId) ?? uuid()
        submit([name, subject, { ...details }, Date.now(), location.href, id])
      })()
      return name === 'track' ? id : undefined
    }

  if (landing) submit(['start', '', {}, 0, landing, ''])
  call('start')()
  for (const each of early) {
    if (each[0] === 'init') init(each[1])
    else submit(each)
  }
  // Without an endpoint on the tag, `init` may still give one.
  if ('endpoint' in tag) init({})
  else
    whenLoaded(
      guard(() => {
        if (!settings) init({})
      }),
    )

  return {
    ...(Object.fromEntries((['track', 'update', 'identify', 'reset', 'consent'] as const).map((name) => [name, call(name)])) as Wasabi),
    attribution: guard(() => (tracker ? tracker.attribution() : landingOf(waiting))),
    init: guard(init),
  }
}
