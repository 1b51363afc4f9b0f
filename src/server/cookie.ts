import type { UtmParameters } from '../contract/customer-action'
import { readCampaign as readAddress, readValue, writeCampaign } from '../tracker/campaign'
import type { AttributionModel, ConsentMode } from '../tracker/settings'

/** How the cookie of a landing is written. */
export type CookieOptions = {
  /**
   * The domain whose hosts share the campaign, as `example.com`.
   *
   * @default this host only
   */
  readonly domain?: string | undefined
  /**
   * How long the campaign counts, in days, 1 to 400.
   *
   * @default 90
   */
  readonly days?: number | undefined
  /**
   * The request's `Cookie` header. A visitor who has refused gets no cookie then.
   *
   * @default none: consent and earlier campaigns are unknown
   */
  readonly cookies?: string | null | undefined
  /**
   * As on the tag. `required`: only a visitor whose `cookies` say that they agreed gets one.
   *
   * @default 'implied'
   */
  readonly consent?: ConsentMode | undefined
  /**
   * As on the tag. `first`: a visitor whose `cookies` have a campaign keeps it.
   *
   * @default 'last'
   */
  readonly attribution?: AttributionModel | undefined
}

const COOKIE = 'wasabi_utm'

/** As `example.com`. */
const DOMAIN = /^\.?[a-z\d-]+(\.[a-z\d-]+)*$/i

const attributesOf = ({ domain, days = 90 }: CookieOptions) => {
  // A caller without types may give `null`, whose text looks like a domain.
  const given: unknown = domain
  if (given !== undefined && !(typeof given === 'string' && DOMAIN.test(given)))
    throw new TypeError(
      `wasabi: domain "${String(given)}" is no domain. Give one as example.com, without scheme and port.`,
    )
  if (!Number.isInteger(days) || days < 1 || days > 400)
    throw new TypeError(`wasabi: days "${String(days)}" is not a whole number from 1 to 400.`)
  return `${domain === undefined ? '' : `; Domain=${domain}`}; Path=/; Max-Age=${String(days * 86_400)}; SameSite=Lax`
}

/** Anything but the two words is a slip, which must not store what it was to forbid. */
const checkWord = (name: string, word: string, words: readonly string[]) => {
  if (!words.includes(word)) throw new TypeError(`wasabi: ${name} "${word}" does not exist. Use ${words.join(' or ')}.`)
}

const pairsIn = (cookies: unknown) => {
  // Express has `request.cookies`, an object, and AWS Lambda a list.
  if (typeof (cookies ?? '') !== 'string')
    throw new TypeError('wasabi: cookies are no text. Give the header as it came, as request.headers.cookie.')
  return ((cookies ?? '') as string).split(';').map((pair) => pair.trim())
}

const hasRefused = (pairs: readonly string[]) => pairs.includes('wasabi_consent=denied')

/** Whether consent and an earlier campaign leave room for a new one. */
const mayStore = ({ cookies, consent = 'implied', attribution = 'last' }: CookieOptions) => {
  checkWord('consent', consent, ['implied', 'required'])
  checkWord('attribution', attribution, ['last', 'first'])
  const pairs = pairsIn(cookies)
  if (hasRefused(pairs) || (consent === 'required' && !pairs.includes('wasabi_consent=granted'))) return false
  return attribution === 'last' || !readCampaign(cookies)
}

/**
 * The value of `Set-Cookie` for a landing: the campaign under the name that the script reads. Safari's limit of seven
 * days is one of cookies that a script writes. It has no time, so the script leaves it alone
 * while the campaign is the same.
 *
 * @param url the address that was asked for, whole or from its path on; `Secure` unless it begins with `http:`
 * @returns `undefined` where there is nothing to set: no campaign, no permission, or an earlier campaign that stays
 * @throws TypeError for a `domain` that is none, `days` out of range, and words that the tag does not know either
 * @example campaignCookie(request.url, { domain: 'example.com', days: 90, cookies: request.headers.cookie })
 */
export const campaignCookie = (url: string | URL, options: CookieOptions = {}): string | undefined => {
  const attributes = attributesOf(options)
  const campaign = mayStore(options) ? readAddress(String(url)) : undefined
  const secure = /^http:/i.test(String(url)) ? '' : '; Secure'
  return campaign && `${COOKIE}=${writeCampaign(campaign)}${attributes}${secure}`
}

/**
 * The cookie's Unix seconds. A server's cookie has none, and counts first. A damaged time makes the cookie none. The
 * script decides the same.
 */
const timeOf = (value: string) => Number(/(?:^|&)t=([^&]*)/.exec(value)?.[1] ?? Infinity)

/**
 * The campaign of the visitor who sends this `Cookie` header, for an action that the server records.
 *
 * @returns `undefined` for none, and for a visitor who has refused
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
    // Two of a server's have a difference that is not a number; then the first one is the more specific.
    .sort((one, other) => other.time - one.time || 0)
  return newest?.campaign
}
