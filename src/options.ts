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
  readonly utmTypes: string
  readonly cookieDomain: string | undefined
  readonly debug: boolean
}

/** Tells a mistake, once, and what to do about it. */
export type Tell = (what: string, value: unknown, todo: string) => void

/** What an id and an action are is known elsewhere. */
type Knowledge = { readonly types: readonly ActionType[]; readonly readId: (value: unknown) => string | undefined }

/** An http(s) URL without credentials, https on an https page. */
const readEndpoint = (given: unknown) => {
  try {
    const { href } = new URL(String(given), document.baseURI)
    const usable = location.protocol === 'https:' ? /^https:..[^/@]+\// : /^https?:..[^/@]+\//
    return given && usable.test(href) ? href : undefined
  } catch {
    return undefined // Not a URL at all.
  }
}

/** Checks what the page gave and fills in the rest; `undefined` when there is no endpoint that could be used. */
export const readOptions = (given: { readonly [option in keyof Options]?: unknown }, tell: Tell, { types, readId }: Knowledge): Settings | undefined => {
  const read = (option: keyof Options, rule: RegExp, [usual, mistaken = usual]: readonly [usual: string, mistaken?: string]) => {
    const value = String(given[option] ?? usual)
    if (rule.test(value)) return value
    tell(option, value, `taken as ${mistaken}, give ${rule.source}`)
    return mistaken
  }
  const { endpoint, customerId, cookieDomain } = given
  const url = readEndpoint(endpoint)
  if (!url) tell('data-endpoint', endpoint, 'nothing is recorded, give an http(s) URL (https on https pages) without password')
  if (customerId && !readId(customerId)) tell('customerId', customerId, 'left out, give an id')
  return url
    ? {
        endpoint: url,
        customerId: readId(customerId),
        consent: read('consent', /^(implied|required)$/, ['implied', 'required']) as ConsentMode,
        attribution: read('attribution', /^(last|first)$/, ['last']) as AttributionModel,
        attributionDays: +read('attributionDays', /^([1-9]\d?|[123]\d\d|400)$/, ['90']),
        utmTypes: read('utmTypes', RegExp(`^((${types.join('|')})\\s*)*$`), ['SIGN_UP PROMOTION_APPLIED']),
        cookieDomain: cookieDomain ? String(cookieDomain) : undefined,
        debug: read('debug', /^/, ['false']) !== 'false',
      }
    : undefined
}
