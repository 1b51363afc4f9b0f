import { Cookie, CookieJar } from 'tough-cookie'
import type { Clock } from './clock'

export type Cookies = {
  readonly read: (url: string) => string
  readonly write: (url: string, text: string) => void
  readonly value: (url: string, name: string) => string | undefined
}

/** The cookies of one profile. As in browsers, no cookie belongs to a public suffix. */
export const createCookies = (clock: Clock): Cookies => {
  const jar = new CookieJar(undefined, { rejectPublicSuffixes: true })
  // Each page reads its cookies more often than any page writes one.
  const known = new Map<string, string>()
  const read = (url: string) => {
    const host = new URL(url).origin
    const text = known.get(host) ?? jar.getCookieStringSync(host)
    known.set(host, text)
    return text
  }
  return {
    read,
    write: (url, text) => {
      known.clear()
      const cookie = Cookie.parse(text, { loose: true })
      if (!cookie) return
      // The jar knows the real clock only.
      if (cookie.expires instanceof Date)
        cookie.expires = new Date(cookie.expires.getTime() - clock.wall() + Date.now())
      jar.setCookieSync(cookie, url, { ignoreError: true })
    },
    value: (url, name) =>
      read(url)
        .split('; ')
        .find((pair) => pair.startsWith(`${name}=`))
        ?.slice(name.length + 1),
  }
}
