import type { UtmParameters } from '../contract/customer-action'

/** Reports the name of a value that was left out because it looks like an e-mail address. */
type OnDropped = (name: string) => void

/** A table without a prototype: a name from a link matches only the table's own entries. */
type Table<Value> = Record<string, Value | undefined>

/** The names in a URL. The last one is the plural that the schema's authors use: the standard name overrides it. */
const FIELDS = {
  __proto__: null,
  utm_source: 'utmSource',
  utm_medium: 'utmMedium',
  utm_campaign: 'utmCampaign',
  utm_content: 'utmContent',
  utm_term: 'utmTerms',
  utm_terms: 'utmTerms',
} as unknown as Table<keyof UtmParameters> // The compiler treats `__proto__` as a field.

/**
 * The limit of a value in encoded bytes: five values, their names and a time fit into the 4,096 bytes of a cookie (RFC
 * 6265, 6.1).
 */
const MAX_BYTES = 512

/**
 * E-mail addresses leak into campaign links. Their `@` may be full-width or encoded again. `hero@2x.png` is none. Each
 * part ends at the next `@`, `%` or space, so the match is linear in any value.
 */
const ADDRESS =
  /[^\s@%](@|＠|%(25)*40|%(25)*EF%(25)*BC%(25)*A0)(?![\d.]+x\.(png|jpe?g|gif|webp|avif|svg))[^\s@%]+\.[^\s@%]/i

/** Mail programs and editors leave these in a value: U+200B, U+2060 and U+FEFF. U+200D joins emoji, and is kept. */
const ZERO_WIDTH = /[\u200b\u2060\ufeff]/g

const clean = (value: string, name: string, onDropped?: OnDropped) => {
  let room = MAX_BYTES
  // A URL may be a megabyte long. Half an emoji at the cut cannot be encoded, and is replaced like a control character.
  const text = value
    .slice(0, 8 * MAX_BYTES)
    .replace(ZERO_WIDTH, '')
    .replace(/[\p{Cc}\p{Cs}]/gu, ' ')
    .trim()
  if (ADDRESS.test(text)) {
    onDropped?.(name)
    return ''
  }
  return (name > 'utm_t' ? text.replace(/\s+/g, '+') : text)
    .replace(/./gsu, (character) => ((room -= encodeURIComponent(character).length) < 0 ? '' : character))
    .trim()
}

/** An ampersand that was escaped, once or more: `&amp;`, `&amp;amp;`, `&#038;`, `&#x26;`, `&amp%3B`. */
const ESCAPED = /&((amp|#0*38|#x0*26)(;|%3b))+/gi

/**
 * A possible campaign parameter: its underscore may be encoded, and blanks of any kind may surround its name. A second
 * `?` begins another pair, and so does an anchor after a hash router's query. A megabyte of others costs a millisecond.
 */
const PAIR = /[?&#]([+ ]|%[\da-f]{2})*utm(_|%5f)[a-z]+([+ ]|%[\da-f]{2})*=[^?&#]+/gi

/** The limit of pairs: no link repeats a name more often than this by mistake. */
const MAX_PAIRS = 99

const readQuery = (query: string, onDropped?: OnDropped) => {
  const values = { __proto__: null } as unknown as Table<string>
  let campaign: Record<string, string> | undefined
  const pairs = query.match(PAIR)?.slice(0, MAX_PAIRS) ?? []
  for (const [given, value] of new URLSearchParams(pairs.map((pair) => pair.slice(1)).join('&'))) {
    const name = given.toLowerCase().replace(ZERO_WIDTH, '').trim()
    if (FIELDS[name]) values[name] ||= clean(value, name, onDropped)
  }
  for (const name in FIELDS) if (values[name]) (campaign ??= {})[FIELDS[name] ?? ''] ??= values[name]
  return campaign as UtmParameters | undefined
}

/**
 * Reads the campaign that a URL carries, as a person would read the link: from its query, else from its fragment, else
 * from its path, if the question mark was forgotten.
 * Never throws, and takes time linear in the length of the URL.
 */
export const readCampaign = (url: string, onDropped?: OnDropped): UtmParameters | undefined => {
  // Most addresses have no campaign, and compiling these patterns takes a millisecond of the page's load (Chromium
  // 156).
  if (!/utm/i.test(url)) return undefined
  const [, path = '', query = '', fragment = ''] = /^([^?#]*)([^#]*)(.*)/s.exec(url.replace(ESCAPED, '&')) ?? []
  return readQuery(query, onDropped) ?? readQuery(fragment, onDropped) ?? readQuery(path, onDropped)
}

/**
 * Decodes the value of a cookie that a server wrote. Python puts the value in quotes. PHP, Rails, ASP.NET and Express
 * encode it as a whole, with its `=`.
 */
export const readValue = (cookie: string): string => {
  const value = cookie.replace(/"/g, '')
  return value.includes('=') ? value : `${new URLSearchParams(`v=${value}`).get('v')}`
}

/** Writes a campaign as the query string that {@link readCampaign} reads, in characters that a cookie may contain. */
export const writeCampaign = (campaign: UtmParameters): string =>
  Object.keys(FIELDS)
    .slice(0, 5)
    .flatMap((name) => {
      const value = campaign[FIELDS[name] as keyof UtmParameters]
      return value ? `${name}=${encodeURIComponent(value)}` : []
    })
    .join('&')
