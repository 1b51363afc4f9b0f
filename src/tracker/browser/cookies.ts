import Cookies from 'js-cookie'
import { now } from './clock'

/** Values are written as they are (query strings), so that a server can read and write them too. */
const writeAsIs = { write: (value: string) => value }

/** Values that could not be written as cookies, by cookie name. They last as long as the page. */
const memory: Record<string, { readonly value: string; readonly days: number } | undefined> = Object.create(
  null,
) as typeof memory

/** The domains to try, the broadest first. Once the browser has accepted one, only that one is left. */
let domains: readonly string[] | undefined
let all: string | undefined

/**
 * Lists the domains of the host: `a.shop.co.uk` has `co.uk`, `shop.co.uk`, `a.shop.co.uk`, and `''` for the host alone.
 * An IP address or a single label has only `''`.
 */
const readLevels = () => {
  const labels = location.hostname.split('.')
  const suffixes = /\d$/.test(location.hostname) ? [] : labels.map((_, index) => labels.slice(-1 - index).join('.'))
  return [...suffixes.slice(1), '']
}

/** Sets the domain of all cookies; `none` for this host only, `''` for the broadest that the browser accepts. */
export const setCookieDomain = (domain: string): void => {
  domains = domain ? [domain === 'none' ? '' : domain, ''] : undefined
}

/** Reads `document.cookie` once until the next microtask: each read asks another process (65 µs in Chromium 156). */
const readAll = () => {
  if (all === undefined) void Promise.resolve().then(() => (all = undefined))
  return (all ??= document.cookie)
}

/** Reads every value of a cookie that the page can see: a host and its domains may have one each. */
export const readCookie = (name: string): readonly string[] => {
  const kept = memory[name]
  if (kept) return [kept.value]
  try {
    const pairs = readAll().split('; ')
    return pairs.flatMap((pair) => (pair.startsWith(`${name}=`) ? pair.slice(name.length + 1) : []))
  } catch {
    return [] // A sandboxed frame has no cookies, and reading them throws (HTML, 3.1.4).
  }
}

/** Sets a cookie, or removes it if `days` is negative. Returns whether the value can be read back. */
const put = (name: string, value: string, { domain, days }: { domain: string; days: number }) => {
  // A date: js-cookie computes one from days with `Date.now`, which a page may have replaced.
  const expires = new Date(now() + days * 86_400_000)
  try {
    Cookies.withConverter(writeAsIs).set(name, value, {
      secure: location.protocol === 'https:',
      sameSite: 'Lax',
      domain,
      expires,
    })
  } catch {
    // As above. The value is then kept in memory.
  }
  all = undefined
  return readCookie(name).includes(value)
}

/** Removes a cookie from every domain that the page can see, and from memory. */
export const removeCookie = (name: string): void => {
  memory[name] = undefined
  // A new visitor has no cookie, and the page must not pay for a removal.
  if (readCookie(name)[0]) for (const domain of readLevels()) put(name, '', { domain, days: -1 })
}

/**
 * Writes a first-party cookie for a number of days on the broadest domain that the browser accepts, so that `www` and
 * `app` share it. No test cookie: the cookie itself is tried from the broadest suffix down until it can be read back,
 * since the browser knows which suffixes are public. The page then uses that domain only. A value that cannot be
 * written is kept in memory, and the result is `false`.
 */
export const writeCookie = (name: string, value: string, days = 365): boolean => {
  if (`${readCookie(name)}` === value) return !memory[name]
  // A value that is stored already could be read back although the browser refused the domain.
  removeCookie(name)
  domains ??= readLevels()
  const taken = domains.find((domain) => put(name, value, { domain, days }))
  if (taken === undefined) memory[name] = { value, days }
  else domains = [taken]
  return taken !== undefined
}

/** Tries again to write the values that are only in memory: a consent tool may have blocked the setter until now. */
export const retryCookies = (): void => {
  for (const [name, kept] of Object.entries(memory)) {
    memory[name] = undefined
    if (kept) writeCookie(name, kept.value, kept.days)
  }
}
