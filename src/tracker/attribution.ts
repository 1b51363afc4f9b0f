import type { UtmParameters } from '../contract/customer-action'
import { now } from './browser/clock'
import { log } from './browser/console'
import { readCookie, writeCookie } from './browser/cookies'
import { isRevisit } from './browser/lifecycle'
import { forgetTab, readTab, writeTab } from './browser/storage'
import { readCampaign, readValue, writeCampaign } from './campaign'
import { settings } from './settings'

/**
 * The cookie with the campaign that conversions carry, as a query string with `t`, the time of its visit in unix
 * seconds. A value without `t` was written by a server and counts for as long as its cookie lasts.
 */
const COOKIE = 'wasabi_utm'

/** The key of the campaigns that this tab has captured, one a line. */
const CAPTURED = 'wasabi.captured'

/** How many captured campaigns are remembered. */
const MAX_CAPTURED = 9

/** A campaign with its visit. */
type Touch = {
  readonly campaign: UtmParameters
  /** Unix seconds; `Infinity` for a campaign that a server wrote. */
  readonly time: number
  /** As it was read from the cookie. */
  readonly value: string
}

/** An address that was visited. */
export type Visit = {
  readonly href: string
  /** Unix milliseconds. */
  readonly time: number
  /** Whether the page was loaded at this address. A reload or a step back also loads an old landing. */
  readonly isFirst?: boolean
}

let seen: string[] = []
/** The campaign that was captured last. */
let latest = ''
/** The parsed cookie values: conversions read the cookie more often than it changes, and must not wait for parsing. */
const known: Record<string, UtmParameters | undefined> = Object.create(null) as typeof known

const nowInSeconds = () => Math.floor(now() / 1000)

const readTouch = (cookie: string): Touch | undefined => {
  const value = readValue(cookie)
  const campaign = (known[value] ??= readCampaign(`?${value}`))
  const current = nowInSeconds()
  const t = /(^|&)t=([^&]*)/.exec(value)
  // A time in the future counts as now, or a clock that was ahead would keep a campaign for ever. `NaN` never counts.
  const time = t ? Math.min(Number(t[2]), current) : Infinity
  return campaign && time > current - settings.attributionDays * 86_400 ? { campaign, time, value } : undefined
}

/** The newest campaign of those inside the window. */
const readNewest = () => {
  const values = readCookie(COOKIE)
  const [newest] = values.flatMap((value) => readTouch(value) ?? []).sort((one, other) => other.time - one.time)
  // The host and a domain had a cookie each: only the newest campaign is kept.
  if (newest && values[1]) writeCookie(COOKIE, newest.value, settings.attributionDays)
  return newest
}

/** The campaign that a conversion carries now. It is a copy: a page that changes it changes nothing here. */
export const currentCampaign = (): UtmParameters | undefined => {
  const newest = readNewest()
  return newest && { ...newest.campaign }
}

/** The campaign that a conversion would carry if only these addresses had been visited, in this order. */
export const campaignOf = (hrefs: readonly string[]): UtmParameters | undefined => {
  const campaigns = hrefs.flatMap((href) => readCampaign(href) ?? [])
  return campaigns[settings.attribution === 'first' ? 0 : campaigns.length - 1]
}

/** Says whether the stored campaign stays although a visit has a campaign. */
const staysBefore = (before: Touch, written: string, time: number) => {
  // A visit that waited for permission may be older than the campaign that another tab has stored meanwhile.
  const isOlder = before.time > Math.floor(time / 1000) && before.time < Infinity
  // A server's cookie lasts longer than a script's (Safari: 7 days), and stays while its campaign is the same.
  const isSameOfServer = before.time === Infinity && writeCampaign(before.campaign) === written
  return isSameOfServer || (settings.attribution === 'first') !== isOlder
}

/** Captures a visit once. A campaign in its address replaces the stored one as a whole, or leaves it unchanged. */
export const captureVisit = (visit: Visit): void => {
  const { href, time, isFirst } = visit
  if (seen.includes(href)) return
  seen.push(href)
  const campaign = readCampaign(href, (name) => {
    log(name, 'left out, an e-mail address')
  })
  const written = campaign && writeCampaign(campaign)
  // An anchor or a step of the same landing is no new visit, although its address is new.
  if (!written || latest === written) return
  latest = written
  const before = readNewest()
  const captured = readTab(CAPTURED).split('\n')
  // A landing that reloads before it was captured is a new visit.
  const isOld = isFirst && isRevisit() && captured.includes(written)
  const staying = before && (isOld || staysBefore(before, written, time)) ? before : undefined
  log('attributed to', staying?.value ?? written)
  writeTab(CAPTURED, [...captured, written].slice(-MAX_CAPTURED).join('\n'))
  if (!staying) writeCookie(COOKIE, `${written}&t=${Math.floor(time / 1000)}`, settings.attributionDays)
}

/** Forgets the visits of this page, so that the landing can be captured again. */
export const forgetVisits = (): void => {
  seen = []
  forgetTab(CAPTURED)
  latest = ''
}
