import type { UtmParameters } from '../contract/customer-action'
import { readCampaign as readAddress, readValue, writeCampaign } from '../tracker/campaign'
import type { AttributionModel, ConsentMode } from '../tracker/settings'
import { checkNames, refuse } from './refuse'

/** The options of the cookie that a landing sets. */
export type CookieOptions = {
  /**
   * The domain whose hosts share the campaign, such as `example.com`.
   *
   * @default this host only
   */
  readonly domain?: string | undefined
  /**
   * The number of days for which the campaign counts: a whole number from 1 to 400.
   *
   * @default 90
   */
  readonly days?: number | undefined
  /**
   * The request's `Cookie` header. With it, no cookie is set for a visitor who has refused.
   *
   * @default none: consent and earlier campaigns are unknown
   */
  readonly cookies?: string | null | undefined
  /**
   * As on the tag. `required`: the cookie is set only if `cookies` contain the visitor's consent.
   *
   * @default 'implied'
   */
  readonly consent?: ConsentMode | undefined
  /**
   * As on the tag. `first`: a visitor whose `cookies` contain a campaign keeps it.
   *
   * @default 'last'
   */
  readonly attribution?: AttributionModel | undefined
}

const COOKIE = 'wasabi_utm'
const OPTIONS = ['domain', 'days', 'cookies', 'consent', 'attribution']

/** A domain, such as `example.com`. */
const DOMAIN = /^\.?[a-z\d-]+(\.[a-z\d-]+)*$/i

const attributesOf = ({ domain, days = 90 }: CookieOptions) => {
  // A caller without types may pass `null`, whose text looks like a domain.
  const given: unknown = domain
  if (given !== undefined && !(typeof given === 'string' && DOMAIN.test(given)))
    refuse('domain', given, 'is no domain. Give one as example.com, without scheme and port')
  if (!Number.isInteger(days) || days < 1 || days > 400) refuse('days', days, 'is not a whole number from 1 to 400')
  return `${domain === undefined ? '' : `; Domain=${domain}`}; Path=/; Max-Age=${String(days * 86_400)}; SameSite=Lax`
}

/** Refuses any other word: a misspelt option must not store a campaign that it was meant to forbid. */
const checkWord = (name: string, word: string, words: readonly string[]) => {
  if (!words.includes(word)) refuse(name, word, `does not exist. Use ${words.join(' or ')}`)
}

const pairsIn = (cookies: unknown) => {
  // Express has an object, `request.cookies`, and AWS Lambda has a list.
  if (typeof (cookies ?? '') !== 'string')
    throw new TypeError('wasabi: cookies are no text. Pass the header unchanged, as request.headers.cookie.')
  return ((cookies ?? '') as string).split(';').map((pair) => pair.trim())
}

const hasRefused = (pairs: readonly string[]) => pairs.includes('wasabi_consent=denied')

/** Says whether consent and an earlier campaign allow a new one. */
const mayStore = ({ cookies, consent = 'implied', attribution = 'last' }: CookieOptions) => {
  checkWord('consent', consent, ['implied', 'required'])
  checkWord('attribution', attribution, ['last', 'first'])
  const pairs = pairsIn(cookies)
  if (hasRefused(pairs) || (consent === 'required' && !pairs.includes('wasabi_consent=granted'))) return false
  return attribution === 'last' || !readCampaign(cookies)
}

/**
 * Returns the value of `Set-Cookie` for a landing: the campaign, in the cookie that the script reads. Safari's limit of
 * seven days applies only to cookies that a script writes. The cookie contains no time, so the script leaves it alone
 * while the campaign is the same.
 *
 * @param url the requested address, whole or from its path on; the cookie is `Secure` unless it begins with `http:`
 * @returns the header's value; `undefined` without a campaign, without permission, or if an earlier campaign stays
 * @throws TypeError for an unknown option, an invalid `domain`, `days`, `consent` or `attribution`, and for `cookies`
 * that are no text
 * @example campaignCookie(request.url, { domain: 'example.com', days: 90, cookies: request.headers.cookie })
 */
export const campaignCookie = (url: string | URL, options: CookieOptions = {}): string | undefined => {
  // A caller without types may pass `null`.
  const given = (options as CookieOptions | null) ?? {}
  checkNames('option', given, OPTIONS)
  const attributes = attributesOf(given)
  const campaign = mayStore(given) ? readAddress(String(url)) : undefined
  const secure = /^http:/i.test(String(url)) ? '' : '; Secure'
  return campaign && `${COOKIE}=${writeCampaign(campaign)}${attributes}${secure}`
}

/**
 * The time of a cookie in Unix seconds. A server's cookie contains no time, and precedes the others. A cookie with a
 * damaged time does not count. The script decides the same.
 */
const timeOf = (value: string) => Number(/(?:^|&)t=([^&]*)/.exec(value)?.[1] ?? Infinity)

/**
 * Returns the campaign of the visitor who sends this `Cookie` header, for an action that the server records.
 *
 * @returns `undefined` if there is no campaign, or if the visitor has refused
 * @throws TypeError for a header that is no text
 * @example readCampaign(request.headers.cookie)
 */
export const readCampaign = (cookieHeader: string | null | undefined): UtmParameters | undefined => {
  const pairs = pairsIn(cookieHeader)
  if (hasRefused(pairs)) return undefined
  const [newest] = pairs
    .flatMap((pair) => (pair.startsWith(`${COOKIE}=`) ? readValue(pair.slice(COOKIE.length + 1)) : []))
    .flatMap((value) => {
      const campaign = readAddress(`?${value}`)
      const time = timeOf(value)
      return campaign && time ? { campaign, time } : []
    })
    // The difference of two server cookies is `NaN`; the first one, which is the more specific, then stays first.
    .sort((one, other) => other.time - one.time || 0)
  return newest?.campaign
}
