import { sleep } from '../wait.mjs'

/**
 * Addresses, paths and prose differ from visitor to visitor and are no ids. The rest may contain any letter of
 * base64.
 */
const ADDRESS = /^\/[a-z]*([?#]|$)|:\/\/|\.test|\s/

/** An address may contain an id, beside a time (Snowplow: `_sp=<id>.<time>`). */
const inAddress = (value) => [value, ...(/[?&#](_sp|ajs_aid|ampDeviceId)=([\w-]+)/.exec(value)?.slice(2) ?? [])]

/**
 * The place of a conversion's campaign in the requests that arrived: 'event' if the conversion itself contains it;
 * 'id' if another event contains it and both share a value that no other visitor sends (an id to join them by);
 * 'guess' if it arrived without a shared value; 'lost' if it did not arrive, or if the conversion has another
 * campaign.
 */
export const trace = (cell, marker, campaign, others) => {
  const taken = cell.endpoint.arrivals.filter((arrival) => arrival.taken).flatMap(({ events }) => events)
  const conversion = taken.find(({ text }) => text.includes(marker))
  if (!conversion) throw new Error('the conversion itself did not arrive')
  if (conversion.text.includes(campaign)) return 'event'
  if (others.some((other) => conversion.text.includes(other))) return 'another'
  const visits = taken.filter(({ text }) => text.includes(campaign))
  if (!visits.length) return 'lost'
  const personal = (values) =>
    values
      .flatMap(inAddress)
      .filter((value) => value.length >= 8 && !ADDRESS.test(value) && !cell.peer.constants.has(value))
  const ids = new Set(personal(conversion.values))
  return visits.some(({ values }) => personal(values).some((value) => ids.has(value))) ? 'id' : 'guess'
}

export const convertOn = async (cell, tab, campaign, others = []) => {
  const marker = cell.marker()
  await cell.convert(tab, marker)
  await cell.endpoint.until(marker)
  return trace(cell, marker, campaign, others)
}

export const landing = (campaign) => `/?utm_source=news&utm_medium=mail&utm_campaign=${campaign}`

/** No visitor leaves a page at once: on a busy machine a tracker's first requests take this long. */
export const READING = 2_000

/**
 * Visits a page between landing and conversion: otherwise the referrer of the conversion would be the landing's
 * address.
 */
export const land = async (cell, tab, campaign) => {
  await cell.visit(tab, landing(campaign))
  await sleep(READING)
  await cell.visit(tab, '/pricing')
}

export const sameTab = async (cell) => {
  const campaign = cell.campaign()
  const tab = await cell.newTab()
  await land(cell, tab, campaign)
  await cell.visit(tab, '/app')
  return convertOn(cell, tab, campaign)
}

export const newTab = async (cell) => {
  const campaign = cell.campaign()
  await land(cell, await cell.newTab(), campaign)
  return convertOn(cell, await cell.visitNew('/app'), campaign)
}

export const subdomain = async (cell) => {
  const campaign = cell.campaign()
  const tab = await cell.newTab()
  await land(cell, tab, campaign)
  await cell.visit(tab, '/app', 'app.shop.test')
  return convertOn(cell, tab, campaign)
}

export const replaced = async (cell) => {
  const first = cell.campaign()
  const second = cell.campaign()
  await land(cell, await cell.newTab(), first)
  const tab = await cell.newTab()
  await land(cell, tab, second)
  await cell.visit(tab, '/app')
  return convertOn(cell, tab, second, [first])
}

const TWO_DAYS = 172_800_000

/**
 * Two days pass: the page's clock is ahead, and the browser was closed and has forgotten the cookies that expired
 * before. The browser's own clock stays, so the expiry of cookies is moved back by as much. Otherwise a cookie that
 * is deleted by an expiry in the past would live for another day.
 */
const sleepTwoDays = async ({ context }) => {
  await context.addInitScript((ahead) => {
    const Real = Date
    const { now } = Real
    window.Date = new Proxy(Real, {
      construct: (_, args) => (args.length ? new Real(...args) : new Real(now() + ahead)),
      get: (_, key) => (key === 'now' ? () => now() + ahead : Reflect.get(Real, key)),
    })
    const jar = Object.getOwnPropertyDescriptor(Document.prototype, 'cookie')
    const moved = (_, name, end) => name + new Real(Real.parse(end) - ahead).toUTCString()
    Object.defineProperty(Document.prototype, 'cookie', {
      ...jar,
      set(text) {
        jar.set.call(this, String(text).replace(/(expires=)([^;]+)/i, moved))
      },
    })
  }, TWO_DAYS)
  const end = (Date.now() + TWO_DAYS) / 1000
  for (const { name, domain, path, expires } of await context.cookies()) {
    if (expires < end) await context.clearCookies({ name, domain, path })
  }
}

export const direct = async (cell) => {
  const campaign = cell.campaign()
  const tab = await cell.newTab()
  await land(cell, tab, campaign)
  await tab.close()
  await sleepTwoDays(cell)
  const later = await cell.visitNew('/')
  await cell.visit(later, '/app')
  return convertOn(cell, later, campaign)
}
