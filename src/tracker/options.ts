import { ACTION_TYPES } from '../contract/customer-action'
import { report, setDebug } from './browser/console'
import { setCookieDomain } from './browser/cookies'
import type { AttributionModel, ConsentMode, Settings } from './settings'

/** What a page may set: as `data-…` on the tag, or here in camelCase. */
export type Options = {
  /** Where events go: an http(s) URL, a relative one against the document's base. */
  readonly endpoint: string
  /** The customer, when the server renders it. Counts for the actions of this page and is not remembered. */
  readonly customerId?: string | number | undefined
  /**
   * `required`: until `consent(true)`, nothing is stored or sent.
   *
   * @default 'implied'
   */
  readonly consent?: ConsentMode | undefined
  /**
   * `last`: the latest tagged visit wins. `first`: the first one inside the window stays.
   *
   * @default 'last'
   */
  readonly attribution?: AttributionModel | undefined
  /**
   * How long a campaign counts, in days, 1 to 400.
   *
   * @default 90
   */
  readonly attributionDays?: number | string | undefined
  /**
   * Which types carry `utmParameters`, separated by spaces.
   *
   * @default 'SIGN_UP PROMOTION_APPLIED'
   */
  readonly utmTypes?: string | undefined
  /**
   * A domain, or `none` for this host only.
   *
   * @default the broadest one that the browser accepts
   */
  readonly cookieDomain?: string | undefined
  /**
   * The console logs what was captured, stored, sent and answered, and why not.
   *
   * @default false
   */
  readonly debug?: boolean | string | undefined
}

/** What an option may be. */
type Rule = {
  readonly name: string
  readonly allowed: RegExp
  /** What is allowed, in words. */
  readonly expected: string
  readonly usual: string
  /** What is used in place of a mistake. */
  readonly safe?: string
}

/** An http(s) URL without credentials, https on an https page; `''` for anything else. */
const readEndpoint = (given: unknown) => {
  try {
    const { href } = new URL(String(given), document.baseURI)
    const usable = location.protocol === 'https:' ? /^https:..[^/@]+\// : /^https?:..[^/@]+\//
    if (given && usable.test(href)) return href
  } catch {
    // Not a URL at all.
  }
  report('data-endpoint', given, 'is not an https URL without a password; nothing is recorded')
  return ''
}

const check = (given: unknown, { name, allowed, expected, usual, safe = usual }: Rule) => {
  const value = String(given ?? usual)
  if (allowed.test(value)) return value
  report(name, value, `is not ${expected}; using ${safe}`)
  return safe
}

/** Checks what the page gave, fills in the rest, and reports its mistakes. */
export const readOptions = (given: { readonly [option in keyof Options]?: unknown }): Settings => {
  setDebug(String(given.debug ?? false) !== 'false')
  setCookieDomain(String(given.cookieDomain ?? ''))
  return {
    endpoint: readEndpoint(given.endpoint),
    customerId: given.customerId || undefined,
    consent: check(given.consent, {
      name: 'consent',
      allowed: /^(implied|required)$/,
      expected: 'implied or required',
      usual: 'implied',
      safe: 'required',
    }) as ConsentMode,
    attribution: check(given.attribution, {
      name: 'attribution',
      allowed: /^(last|first)$/,
      expected: 'last or first',
      usual: 'last',
    }) as AttributionModel,
    attributionDays: +check(given.attributionDays, {
      name: 'attribution-days',
      allowed: /^([1-9]\d?|[123]\d\d|400)$/,
      expected: 'a number from 1 to 400',
      usual: '90',
    }),
    utmTypes: check(given.utmTypes, {
      name: 'utm-types',
      allowed: RegExp(`^((${ACTION_TYPES.join('|')})\\s*)*$`),
      expected: `a list of ${ACTION_TYPES.join(', ')}`,
      usual: 'SIGN_UP PROMOTION_APPLIED',
    }),
  }
}
