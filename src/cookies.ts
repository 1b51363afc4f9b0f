import Cookies from 'js-cookie'

/** One named cookie. */
export type Jar = {
  /** Every value that the page can see: a host and its domains may have one each. */
  readonly read: () => readonly string[]
  readonly write: (value: string) => void
  readonly remove: () => void
}

type Place = {
  readonly hostname: string
  readonly secure: boolean
  /** `none` for host only; absent for the broadest domain that the browser accepts. */
  readonly domain: string | undefined
}

/** Values are query strings already, written as they are so that a server can read and write them too. */
const cookies = Cookies.withConverter({ read: (value) => value, write: (value) => `${value}` })

/** `a.shop.co.uk` → `co.uk`, `shop.co.uk`, `a.shop.co.uk`. Nothing for an address (numeric last label, RFC 1123, 2.1) or a single label. */
const suffixes = (hostname: string) => {
  const labels = hostname.split('.')
  return /\.\d+$/.test(hostname) ? [] : labels.slice(1).map((_, index) => labels.slice(-2 - index).join('.'))
}

/**
 * First-party cookies on the broadest domain that the browser takes, so that `www` and `app` share them.
 * No test cookie: the cookie itself is tried from the broadest suffix down until it reads back (the list of public suffixes
 * is the browser's business), the domain is then kept for the page. What cannot be written lives in memory.
 */
export const createCookies = ({ hostname, secure, domain }: Place) => {
  const levels = ['', ...suffixes(hostname)]
  const memory = new Map<string, string>()
  let candidates = domain === 'none' ? [''] : domain ? [domain, ''] : [...levels.slice(1), '']

  const read = (name: string): readonly string[] => {
    const kept = memory.get(name)
    if (kept !== undefined) return [kept]
    try {
      return document.cookie.split('; ').flatMap((pair) => (pair.startsWith(`${name}=`) ? [pair.slice(name.length + 1)] : []))
    } catch {
      return [] // A sandboxed frame has no cookies, and says so by throwing (HTML, 3.1.4).
    }
  }

  const put = (name: string, value: string, attributes: Cookies.CookieAttributes) => {
    try {
      cookies.set(name, value, { secure, sameSite: 'Lax', ...attributes })
    } catch {
      // As above: the value then lives in memory.
    }
  }

  const remove = (name: string, keep?: string) => {
    memory.delete(name)
    for (const level of levels) if (level !== keep && read(name).length) put(name, '', { domain: level, expires: -1 })
  }

  const write = (name: string, value: string, days: number) => {
    const present = read(name)
    if (present.length === 1 && present[0] === value) return
    // A value that is there already would read back from a domain that was refused.
    if (present.includes(value) || memory.has(name)) remove(name)
    for (const level of candidates) {
      put(name, value, { domain: level, expires: days })
      const found = read(name)
      if (!found.includes(value)) continue
      candidates = [level]
      if (found.length > 1) remove(name, level)
      return
    }
    memory.set(name, value)
  }

  return (name: string, days: number): Jar => ({
    read: () => read(name),
    write: (value) => {
      write(name, value, days)
    },
    remove: () => {
      remove(name)
    },
  })
}
