import Cookies from 'js-cookie'

/** One cookie: writes a value if it is given one, and reads every value that the page can see (a host and its domains may have one each). `''` removes them all. */
export type Jar = (value?: string) => readonly string[]

/** Values are written as they are (query strings), so that a server can read and write them too. */
const asIs = (value: string) => value
const cookies = Cookies.withConverter<string>({ read: asIs, write: asIs })

/**
 * First-party cookies on the broadest domain that the browser takes, so that `www` and `app` share them.
 * No test cookie: the cookie itself is tried from the broadest suffix down until it reads back (which suffixes are public is
 * the browser's business), and that domain is kept for the page. What cannot be written lives in memory.
 *
 * @param domain `none` for this host only
 */
export const createCookies = (domain?: string) => {
  const { hostname, protocol } = location
  const labels = hostname.split('.')
  const memory = new Map<string, string>()
  /** `a.shop.co.uk` → `co.uk`, `shop.co.uk`, `a.shop.co.uk`, and `''` for the host alone, which is all that an address or a single label has. */
  const levels = [...(/\d$/.test(hostname) ? [] : labels.slice(1).map((_, index) => labels.slice(-2 - index).join('.'))), '']
  let candidates = domain ? [domain.replace(/^none$|^\./, ''), ''] : levels

  const read = (name: string) => {
    try {
      const kept = memory.get(name)
      return kept ? [kept] : document.cookie.split('; ').flatMap((pair) => (pair.startsWith(`${name}=`) ? pair.slice(name.length + 1) : []))
    } catch {
      return [] // A sandboxed frame has no cookies, and says so by throwing (HTML, 3.1.4).
    }
  }

  const put = (name: string, value: string, attributes: Cookies.CookieAttributes) => {
    try {
      cookies.set(name, value, { secure: protocol === 'https:', sameSite: 'Lax', ...attributes })
    } catch {
      // As above: the value then lives in memory.
    }
  }

  const remove = (name: string, kept?: string) => {
    memory.delete(name)
    for (const level of levels) if (level !== kept) put(name, '', { domain: level, expires: -1 })
  }

  const write = (name: string, value: string, expires: number) => {
    const before = read(name)
    if (`${before}` === value) return
    // A value that is there already would read back from a domain that was refused.
    if (before.includes(value)) remove(name)
    for (const level of candidates) {
      memory.delete(name)
      put(name, value, { domain: level, expires })
      if (read(name).includes(value)) {
        candidates = [level]
        if (before[0]) remove(name, level)
        return
      }
    }
    memory.set(name, value)
  }

  return (name: string, days: number): Jar =>
    (value) => {
      if (value) write(name, value, days)
      else if (value === '' && read(name)[0]) remove(name)
      return read(name)
    }
}
