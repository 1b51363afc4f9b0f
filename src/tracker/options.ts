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

/** The actions that carry the campaign, where a site says nothing else. */
const UTM_TYPES = 'SIGN_UP PROMOTION_APPLIED'

/** An http(s) URL without credentials, https on an https page; `''` for anything else. */
const readEndpoint = (given: unknown) => {
  try {
    // A page may have a `URL` of its own: it is asked only for what is relative.
    const href = /^\w+:/.test(String(given)) ? String(given) : new URL(String(given), document.baseURI).href
    const usable = location.protocol === 'https:' ? /^https:..[^/@]+(\/|$)/ : /^https?:..[^/@]+(\/|$)/
    if (given && usable.test(href)) return href
  } catch {
    // Not a URL at all.
  }
  report(
    'endpoint',
    given ?? '',
    'is no https URL without a password; nothing is recorded. Set data-endpoint, or call init',
  )
  return ''
}

/** One of the choices; the first one is safe, and used in place of a mistake. */
const choose = <Choice extends string>(name: string, given: unknown, choices: readonly Choice[]) => {
  const choice = choices.find((each) => each === given)
  if (!choice) report(name, given, `is not ${choices.join(' or ')}; using ${choices[0] ?? ''}`)
  return choice ?? choices[0]
}

const readDays = (given: unknown) => {
  const days = Number(given)
  if (Number.isInteger(days) && days > 0 && days <= 400) return days
  report('attribution-days', given, 'is not a number from 1 to 400; using 90')
  return 90
}

const readTypes = (given: unknown) => {
  const isList = String(given)
    .split(/\s+/)
    .every((type) => !type || (ACTION_TYPES as readonly string[]).includes(type))
  if (isList) return String(given)
  report('utm-types', given, `is not a list of ${ACTION_TYPES.join(', ')}; using ${UTM_TYPES}`)
  return UTM_TYPES
}

/** Options as they came. */
export type Given = { readonly [option in keyof Options]?: unknown }

/** A slip in an option's name. Other scripts have attributes on a tag, as `data-cookieconsent`. */
const SLIP = /^(data.)?(endp|custo|cons|attr|utm|cookie.?d)/i

/** Checks what the page gave, fills in the rest, and reports its mistakes. */
export const readOptions = (given: Given, tag: Given): Settings => {
  // By name: a `dataset` may be a proxy that lists nothing (Partytown).
  const known: string[] = []
  const read = (option: keyof Options, usual?: unknown) => {
    known.push(option)
    return given[option] ?? tag[option] ?? usual
  }
  setDebug(String(read('debug', false)) !== 'false')
  setCookieDomain(String(read('cookieDomain', '')))
  const options = {
    endpoint: readEndpoint(read('endpoint')),
    customerId: read('customerId') || undefined,
    consent: choose('consent', read('consent', 'implied'), ['required', 'implied']) as ConsentMode,
    attribution: choose('attribution', read('attribution', 'last'), ['last', 'first']) as AttributionModel,
    attributionDays: readDays(read('attributionDays', 90)),
    utmTypes: readTypes(read('utmTypes', UTM_TYPES)),
  }
  for (const name of Object.keys({ ...tag, ...given }))
    if (SLIP.test(name) && !known.includes(name))
      report('option', name, `does not exist; ignored. Use ${known.join(', ')}`)
  return options
}
