import type { AttributionModel } from './attribution'
import type { ConsentMode } from './consent'
import type { ActionType } from './customer-action'

/** What a page may set: as `data-…` on the tag, or here in camelCase. */
export type Options = {
  /** Where events go: an http(s) URL, a relative one against the document's base. */
  readonly endpoint: string
  /** The customer, when the server renders it. Counts for the actions of this page and is not remembered. */
  readonly customerId?: string | number
  /**
   * `required`: until `consent(true)`, nothing is stored or sent.
   *
   * @default 'implied'
   */
  readonly consent?: ConsentMode
  /**
   * `last`: the latest tagged visit wins. `first`: the first one inside the window stands.
   *
   * @default 'last'
   */
  readonly attribution?: AttributionModel
  /**
   * How long a campaign counts, in days, 1 to 400.
   *
   * @default 90
   */
  readonly attributionDays?: number | string
  /**
   * Which types carry `utmParameters`, separated by spaces.
   *
   * @default 'SIGN_UP PROMOTION_APPLIED'
   */
  readonly utmTypes?: string
  /**
   * A domain, or `none` for this host only.
   *
   * @default the broadest one that the browser accepts
   */
  readonly cookieDomain?: string
  /**
   * The console tells what was captured, stored, sent and answered, and why not.
   *
   * @default false
   */
  readonly debug?: boolean | string
}

/** Options that were checked and filled in. */
export type Settings = {
  readonly endpoint: string
  readonly customerId: string | undefined
  readonly consent: ConsentMode
  readonly attribution: AttributionModel
  readonly attributionDays: number
  readonly utmTypes: readonly string[]
  readonly cookieDomain: string | undefined
  readonly debug: boolean
}

type Reader = {
  readonly base: string
  readonly types: readonly ActionType[]
  readonly readId: (value: unknown) => string | undefined
  /** Is told each mistake, as a sentence that says what to do. */
  readonly tell: (mistake: string) => void
}

const readEndpoint = (endpoint: unknown, base: string) => {
  try {
    const url = new URL(endpoint as string, base)
    const reachable = url.protocol === 'https:' || (url.protocol === 'http:' && !base.startsWith('https:'))
    return endpoint && reachable && !url.username && !url.password ? url.href : undefined
  } catch {
    return undefined
  }
}

/** Checks what the page gave and fills in the rest; `undefined` when there is no endpoint that could be used. */
export const readOptions = (given: { readonly [option in keyof Options]?: unknown }, { base, types, readId, tell }: Reader): Settings | undefined => {
  const endpoint = readEndpoint(given.endpoint, base)
  if (!endpoint) {
    tell(`nothing is recorded: data-endpoint must be an http(s) URL without a password (https on an https page), not ${String(given.endpoint)}.`)
    return undefined
  }
  const customerId = readId(given.customerId)
  if (given.customerId && !customerId) tell(`customer-id ${String(given.customerId)} is no id, and is left out.`)
  const oneOf = <Word extends string>(option: keyof Options, [usual, other]: readonly [Word, Word], mistaken: Word): Word => {
    const word = given[option] ?? usual
    if (word === usual || word === other) return word as Word
    tell(`${option} is ${usual} or ${other}, not ${String(word)}: taken as ${mistaken}.`)
    return mistaken
  }
  const days = Number(given.attributionDays ?? 90)
  const attributionDays = Math.min(Math.max(days, 1), 400) || 90
  if (days !== attributionDays) tell(`attribution-days is a number from 1 to 400: taken as ${attributionDays}.`)
  const utmTypes = String(given.utmTypes ?? 'SIGN_UP PROMOTION_APPLIED').split(/[\s,]+/).filter(Boolean)
  if (!utmTypes.every((type) => types.includes(type as ActionType))) tell(`utm-types knows ${types.join(' ')}.`)
  return {
    endpoint,
    customerId,
    consent: oneOf('consent', ['implied', 'required'], 'required'),
    attribution: oneOf('attribution', ['last', 'first'], 'last'),
    attributionDays,
    utmTypes,
    cookieDomain: given.cookieDomain ? String(given.cookieDomain).replace(/^\./, '') : undefined,
    debug: given.debug !== undefined && given.debug !== false && given.debug !== 'false',
  }
}
