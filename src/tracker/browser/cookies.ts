import Cookies from 'js-cookie'

/**
 * One cookie: writes a value if it is given one, for so many days, and reads every value that the page can see (a host and its domains may
 * have one each). `''` removes them all.
 */
export type Jar = (value?: string, days?: number) => readonly string[]

/** Values are written as they are (query strings), so that a server can read and write them too. */
const cookies = Cookies.withConverter<string>({ write: (value) => value })

/**
 * First-party cookies on the broadest domain that the browser takes, so that `www` and `app` share them.
 * No test cookie: the cookie itself is tried from the broadest suffix down until it reads back (which suffixes are public is
 * the browser's business), and that domain is kept for the page. What cannot be written lives in memory.
 *
 * @param settings looked at when the first cookie is written; `cookieDomain: 'none'` for this host only
 */
export const createCookies = (settings: { readonly cookieDomain?: string | undefined }) => {
  const { hostname, protocol } = location
  /** `a.shop.co.uk` → `co.uk`, `shop.co.uk`, `a.shop.co.uk`, and `''` for the host alone, which is all that an address or a single label has. */
  const levels = [
    ...(/\d$/.test(hostname)
      ? []
      : hostname
          .split('.')
          .map((_, index, labels) => labels.slice(-1 - index).join('.'))
          .slice(1)),
    '',
  ]
  let candidates: readonly string[] | undefined
  let all: string | undefined

  /** `document.cookie`, read once for what happens in one go: each reading asks another process (65 µs in Chromium 156). */
  const readAll = () => {
    if (all === undefined) void Promise.resolve().then(() => (all = undefined))
    return (all ??= document.cookie)
  }

  return (name: string): Jar => {
    let memory = ''

    const read = () => {
      try {
        return memory
          ? [memory]
          : readAll()
              .split('; ')
              .flatMap((pair) => (pair.startsWith(`${name}=`) ? pair.slice(name.length + 1) : []))
      } catch {
        return [] // A sandboxed frame has no cookies, and says so by throwing (HTML, 3.1.4).
      }
    }

    const put = (written: string, domain: string, expires: number) => {
      try {
        cookies.set(name, written, { secure: protocol === 'https:', sameSite: 'Lax', domain, expires })
      } catch {
        // As above: the value then lives in memory.
      }
      all = undefined
      return read().includes(written)
    }

    return (value, days = 365) => {
      if (value !== undefined && `${read()}` !== value) {
        memory = ''
        // What is there already might read back from a domain that was refused.
        if (read()[0]) for (const level of levels) put('', level, -1)
        candidates ??= settings.cookieDomain ? [settings.cookieDomain.replace(/^none$/, ''), ''] : levels
        const taken = candidates.find((level) => value && put(value, level, days))
        if (taken === undefined) memory = value
        else candidates = [taken]
      }
      return read()
    }
  }
}
