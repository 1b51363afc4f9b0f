import type { UtmParameters } from '../contract/customer-action'
import { now } from './browser/clock'
import { log } from './browser/console'
import { readCookie, writeCookie } from './browser/cookies'
import { isRevisit } from './browser/lifecycle'
import { forgetTab, readTab, writeTab } from './browser/storage'
import { readCampaign, readValue, writeCampaign } from './campaign'
import { settings } from './settings'

/**
 * The one campaign that gets the credit, as a query string with `t`, the time of its visit in unix seconds. A value
 * without `t` was written by a server and counts for as long as its cookie lasts.
 */
const COOKIE = 'wasabi_utm'

/** The campaigns that this tab has captured, a line each. */
const CAPTURED = 'wasabi.captured'

/** How many of them are remembered. */
const MAX_CAPTURED = 9

/** A campaign with its visit. */
type Touch = {
  readonly campaign: UtmParameters
  /** Unix seconds; infinite for what a server wrote. */
  readonly time: number
  /** As it was read from the cookie. */
  readonly value: string
}

/** An address that was visited. */
export type Visit = {
  readonly href: string
  /** Unix milliseconds. */
  readonly time: number
  /** Whether the page was loaded with it: a reload or a step back shows an old landing again. */
  readonly isFirst?: boolean
}

let seen: string[] = []
/** The campaign that was captured last. */
let latest = ''
/** A conversion asks for the campaign in the cookie more often than it changes, and must not wait for it. */
const known: Record<string, UtmParameters | undefined> = Object.create(null) as typeof known

const nowInSeconds = () => Math.floor(now() / 1000)

const readTouch = (cookie: string): Touch | undefined => {
  const value = readValue(cookie)
  const campaign = (known[value] ??= readCampaign(`?${value}`))
  const current = nowInSeconds()
  const t = /(^|&)t=([^&]*)/.exec(value)
  // A clock that was ahead would keep a campaign for ever: a time to come is now. A damaged one is none.
  const time = t ? Math.min(Number(t[2]), current) : Infinity
  return campaign && time > current - settings.attributionDays * 86_400 ? { campaign, time, value } : undefined
}

/** The newest campaign of those inside the window. */
const readNewest = () => {
  const values = readCookie(COOKIE)
  const [newest] = values.flatMap((value) => readTouch(value) ?? []).sort((one, other) => other.time - one.time)
  // A host and a domain had one each: the newest is left.
  if (newest && values[1]) writeCookie(COOKIE, newest.value, settings.attributionDays)
  return newest
}

/** The campaign that a conversion gets now. The page's own copy: what it writes there stays there. */
export const currentCampaign = (): UtmParameters | undefined => {
  const newest = readNewest()
  return newest && { ...newest.campaign }
}

/** The campaign that a conversion would get of these addresses alone, in the order in which they were visited. */
export const campaignOf = (hrefs: readonly string[]): UtmParameters | undefined => {
  const campaigns = hrefs.flatMap((href) => readCampaign(href) ?? [])
  return campaigns[settings.attribution === 'first' ? 0 : campaigns.length - 1]
}

/** Whether the stored campaign stays though a visit has brought one. */
const staysBefore = (before: Touch, written: string, time: number) => {
  // A visit that waited for permission may be older than what another tab has stored meanwhile.
  const isOlder = before.time > Math.floor(time / 1000) && before.time < Infinity
  // What a server wrote lives longer than what a script writes (Safari: 7 days), and stays while it says the same.
  const isSameOfServer = before.time === Infinity && writeCampaign(before.campaign) === written
  return isSameOfServer || (settings.attribution === 'first') !== isOlder
}

/** Captures a visit, once: a campaign in its address replaces the stored one as a whole, or leaves it as it is. */
export const captureVisit = (visit: Visit): void => {
  const { href, time, isFirst } = visit
  if (seen.includes(href)) return
  seen.push(href)
  const campaign = readCampaign(href, (name) => {
    log(name, 'left out, an e-mail address')
  })
  const written = campaign && writeCampaign(campaign)
  // An anchor or a step of the same landing is no new visit, though its address is new.
  if (!written || latest === written) return
  latest = written
  const before = readNewest()
  const captured = readTab(CAPTURED).split('\n')
  // A landing that reloads itself before it was ever captured is a visit.
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
