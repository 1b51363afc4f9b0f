import type { AttributionModel } from './attribution'
import type { ConsentMode } from './consent'
import type { ActionType } from '../contract/customer-action'
import type { Tell } from './browser/console'

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
  /** Absolute. Empty until it is known. */
  readonly endpoint: string
  /** As it was given: it is checked where it is used. */
  readonly customerId: unknown
  readonly consent: ConsentMode
  readonly attribution: AttributionModel
  readonly attributionDays: number
  readonly utmTypes: string
  readonly cookieDomain: string | undefined
  readonly debug: boolean
}

/** An http(s) URL without credentials, https on an https page; `''` for anything else. */
const readEndpoint = (given: unknown) => {
  try {
    const { href } = new URL(String(given), document.baseURI)
    const usable = /^https/.test(location.protocol) ? /^https:..[^/@]+\// : /^https?:..[^/@]+\//
    return given && usable.test(href) ? href : ''
  } catch {
    return '' // Not a URL at all.
  }
}

/** Checks what the page gave, fills in the rest, and tells what it could not take. */
export const readOptions = (
  given: { readonly [option in keyof Options]?: unknown },
  tell: Tell,
  types: readonly ActionType[],
): Settings => {
  const read = (
    option: keyof Options,
    rule: RegExp,
    [usual, mistaken = usual]: readonly [usual: string, mistaken?: string],
  ) => {
    const value = String(given[option] ?? usual)
    if (rule.test(value)) return value
    tell(option, value, `taken as ${mistaken}, give ${rule.source}`)
    return mistaken
  }
  const endpoint = readEndpoint(given.endpoint)
  if (!endpoint) tell('data-endpoint', given.endpoint, 'nothing is recorded, give an https URL without password')
  return {
    endpoint,
    customerId: given.customerId || undefined,
    consent: read('consent', /^(implied|required)$/, ['implied', 'required']) as ConsentMode,
    attribution: read('attribution', /^(last|first)$/, ['last']) as AttributionModel,
    attributionDays: +read('attributionDays', /^([1-9]\d?|[123]\d\d|400)$/, ['90']),
    utmTypes: read('utmTypes', RegExp(`^((${types.join('|')})\\s*)*$`), ['SIGN_UP PROMOTION_APPLIED']),
    cookieDomain: read('cookieDomain', /^/, ['']),
    debug: read('debug', /^/, ['false']) !== 'false',
  }
}
