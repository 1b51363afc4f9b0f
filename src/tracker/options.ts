import { ACTION_TYPES } from '../contract/customer-action'
import { report, setDebug } from './browser/console'
import { setCookieDomain } from './browser/cookies'
import type { AttributionModel, ConsentMode, Settings } from './settings'

/** The options that a page may set: as `data-…` on the tag, or here in camelCase. */
export type Options = {
  /**
   * The URL that events are sent to: http or https, https on an https page, without a user name or password. A relative
   * URL is resolved against the document's base. An invalid one is reported on the console, and nothing is recorded.
   */
  readonly endpoint: string
  /** The customer, if the server renders the id. Overrides `identify` on this page, and is not remembered. */
  readonly customerId?: string | number | undefined
  /**
   * `required`: nothing is stored or sent until `consent(true)`. `implied`: wasabi stores and sends until
   * `consent(false)`.
   *
   * @default 'implied'
   */
  readonly consent?: ConsentMode | undefined
  /**
   * `last`: the campaign of the latest visit with a campaign counts. `first`: the first campaign counts, for
   * `attributionDays`.
   *
   * @default 'last'
   */
  readonly attribution?: AttributionModel | undefined
  /**
   * The number of days for which a campaign counts: a whole number from 1 to 400.
   *
   * @default 90
   */
  readonly attributionDays?: number | string | undefined
  /**
   * The action types that carry `utmParameters`, separated by spaces.
   *
   * @default 'SIGN_UP PROMOTION_APPLIED'
   */
  readonly utmTypes?: string | undefined
  /**
   * The domain of the cookies, or `none` for this host only.
   *
   * @default the broadest domain that the browser accepts
   */
  readonly cookieDomain?: string | undefined
  /**
   * Whether the console logs campaigns, events and answers, and the reason if something is not recorded or sent. Any
   * value other than `false` turns it on.
   *
   * @default false
   */
  readonly debug?: boolean | string | undefined
}

/** The action types that carry the campaign by default. */
const UTM_TYPES = 'SIGN_UP PROMOTION_APPLIED'

/** An http(s) URL without credentials, https on an https page; `''` for anything else. */
const readEndpoint = (given: unknown) => {
  try {
    // A page may have replaced `URL`, so it is used for relative addresses only.
    const href = /^\w+:/.test(String(given)) ? String(given) : new URL(String(given), document.baseURI).href
    const usable = location.protocol === 'https:' ? /^https:..[^/@]+(\/|$)/ : /^https?:..[^/@]+(\/|$)/
    if (given && usable.test(href)) return href
  } catch {
    // Not a URL at all.
  }
  report(
    'endpoint',
    given ?? '',
    'is missing, no URL, http on an https page, or has a password; nothing is recorded. ' +
      'Set data-endpoint, or call init',
  )
  return ''
}

/** Returns the given choice. The first choice is the safe one, and replaces a mistake. */
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

/** The options as the page passed them, unchecked. */
export type Given = { readonly [option in keyof Options]?: unknown }

/** A misspelt option name. Attributes of other scripts on a tag, such as `data-cookieconsent`, do not match. */
const SLIP = /^(data.)?(endp|custo|cons|attr|utm|cookie.?d)/i

/** Checks the options of the page, fills in the defaults, and reports mistakes. */
export const readOptions = (given: Given, tag: Given): Settings => {
  // Each option is read by its name: a `dataset` may be a proxy that lists no names (Partytown).
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
