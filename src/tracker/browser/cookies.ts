import Cookies from 'js-cookie'
import { now } from './clock'

/** Values are written as they are (query strings), so that a server can read and write them too. */
const writeAsIs = { write: (value: string) => value }

/** What no cookie took, by the cookie's name: it lives as long as the page. */
const memory: Record<string, { readonly value: string; readonly days: number } | undefined> = Object.create(
  null,
) as typeof memory

/** The domains to try, the broadest first. Once one was taken, it alone is left. */
let domains: readonly string[] | undefined
let all: string | undefined

/**
 * `a.shop.co.uk` → `co.uk`, `shop.co.uk`, `a.shop.co.uk`, and `''` for the host alone, which is all that an address or
 * a single label has.
 */
const readLevels = () => {
  const labels = location.hostname.split('.')
  const suffixes = /\d$/.test(location.hostname) ? [] : labels.map((_, index) => labels.slice(-1 - index).join('.'))
  return [...suffixes.slice(1), '']
}

/** Sets the domain of all cookies; `none` for this host only, `''` for the broadest that the browser takes. */
export const setCookieDomain = (domain: string): void => {
  domains = domain ? [domain === 'none' ? '' : domain, ''] : undefined
}

/**
 * `document.cookie`, read once for what happens in one go: each reading asks another process (65 µs in Chromium 156).
 */
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
    return [] // A sandboxed frame has no cookies, and says so by throwing (HTML, 3.1.4).
  }
}

/** Sets a cookie, or removes it when it has expired; says whether it can be read back. */
const put = (name: string, value: string, { domain, days }: { domain: string; days: number }) => {
  // A date, since js-cookie makes one with `Date.now`, which a page may own.
  const expires = new Date(now() + days * 86_400_000)
  try {
    Cookies.withConverter(writeAsIs).set(name, value, {
      secure: location.protocol === 'https:',
      sameSite: 'Lax',
      domain,
      expires,
    })
  } catch {
    // As above: the value then lives in memory.
  }
  all = undefined
  return readCookie(name).includes(value)
}

/** Removes a cookie from every domain that the page can see, and from memory. */
export const removeCookie = (name: string): void => {
  memory[name] = undefined
  // A first visitor has none, and the page must not pay for removing it.
  if (readCookie(name)[0]) for (const domain of readLevels()) put(name, '', { domain, days: -1 })
}

/**
 * Writes a first-party cookie for so many days on the broadest domain that the browser takes, so that `www` and `app`
 * share it. No test cookie: the cookie itself is tried from the broadest suffix down until it reads back (which
 * suffixes are public is the browser's business), and that domain is kept for the page. What
 * cannot be written lives in memory: `false`.
 */
export const writeCookie = (name: string, value: string, days = 365): boolean => {
  if (`${readCookie(name)}` === value) return !memory[name]
  // A value that is there already might read back from a domain that was refused.
  removeCookie(name)
  domains ??= readLevels()
  const taken = domains.find((domain) => put(name, value, { domain, days }))
  if (taken === undefined) memory[name] = { value, days }
  else domains = [taken]
  return taken !== undefined
}

/** Tries once more what no cookie took: a consent tool may have blocked the setter until now. */
export const retryCookies = (): void => {
  for (const [name, kept] of Object.entries(memory)) {
    memory[name] = undefined
    if (kept) writeCookie(name, kept.value, kept.days)
  }
}
