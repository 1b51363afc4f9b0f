import type { UtmParameters } from './campaign'
import { ACTION_TYPES, readId, type ActionType } from './customer-action'
import { guard } from './guard'
import { whenLoaded, whenShown } from './lifecycle'
import { readOptions, type Options, type Settings } from './options'
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

/** What was said before the script had loaded: the address of the landing, and calls as the stub takes them down. */
export type Early = {
  readonly landing?: string | undefined
  readonly calls: readonly (readonly [name: string, args: readonly unknown[], time: number, href: string, id: string])[]
}

/** Makes the object that a page talks to, at once; what must wait for options or for a prerendered page to be shown waits. */
export const createWasabi = (tag: Partial<Options>, { landing, calls }: Early = { calls: [] }): Wasabi => {
  const waiting: Call[] = []
  const told = new Set<string>()
  let settings: Settings | undefined
  let tracker: ReturnType<typeof createTracker> | undefined

  const tell = (mistake: string) => {
    if (!told.has(mistake)) console.error(`wasabi: ${mistake}`)
    told.add(mistake)
  }
  const log = (...what: readonly unknown[]) => {
    if (settings?.debug) console.log('wasabi:', ...what)
  }

  const submit = (name: Call['name'], args: readonly unknown[] = [], { time = Date.now(), href = location.href, id = '' } = {}) => {
    const call = { name, args, time, href, id }
    if (tracker) tracker.perform(call)
    else {
      // A refusal drops what is queued, also while the options are not known yet.
      if (name === 'consent' && args[0] === false) waiting.length = 0
      waiting.push(call)
    }
  }

  const init = (given: Partial<Options>) => {
    if (settings) {
      console.warn('wasabi: has its options already; this init changes nothing.')
      return
    }
    settings = readOptions({ ...tag, ...given }, { base: document.baseURI, types: ACTION_TYPES, readId, tell })
    if (!settings) return
    const start = createTracker.bind(undefined, settings, { tell, log }, waiting)
    whenShown(
      guard((prerendered: boolean) => {
        const early = waiting.splice(0)
        tracker = start()
        // What a prerendered page was asked for is not what it became.
        for (const call of early) tracker.perform(prerendered ? { ...call, href: location.href } : call)
      }),
    )
  }

  if (landing) submit('visit', [], { href: landing })
  submit('start')
  for (const [name, args, time, href, id] of calls) {
    if (name === 'init') init(args[0] as Options)
    else submit(name as Call['name'], args, { time, href, id })
  }
  if (tag.endpoint !== undefined) init({})
  else whenLoaded(guard(() => settings ?? tell('nothing is recorded: data-endpoint is missing on the script tag; add it, or call wasabi.init({ endpoint }).')))

  return {
    track: (type, details) => {
      const id = guard(() => readId(details?.interactionId))() ?? uuid()
      guard(() => {
        submit('track', [type, { ...details }], { id })
      })()
      return id
    },
    update: guard((...args) => {
      submit('update', args)
    }),
    identify: guard((...args) => {
      submit('identify', args)
    }),
    reset: guard(() => {
      submit('reset')
    }),
    consent: guard((...args) => {
      submit('consent', args)
    }),
    attribution: guard(() => (tracker ? tracker.attribution() : landingOf([...waiting.map(({ href }) => href), location.href]))),
    init: guard(init),
  }
}
