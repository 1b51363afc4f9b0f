import type { UtmParameters } from '../contract/customer-action'

/** Is told the name of a value that was left out because it looks like an e-mail address. */
type OnDropped = (name: string) => void

/** A table without a prototype: no name from outside finds anything but what stands in it. */
type Table<Value> = Record<string, Value | undefined>

/** The names of the URL, and last the plural that the schema's authors use: the standard name comes before it and wins. */
const FIELDS = {
  __proto__: null,
  utm_source: 'utmSource',
  utm_medium: 'utmMedium',
  utm_campaign: 'utmCampaign',
  utm_content: 'utmContent',
  utm_term: 'utmTerms',
  utm_terms: 'utmTerms',
} as unknown as Table<keyof UtmParameters> // The compiler takes `__proto__` for a field.

/** Five values of this many encoded bytes, their names and a time fit the 4,096 bytes that a cookie may have (RFC 6265, 6.1). */
const MAX_BYTES = 512

/** Addresses leak into campaign links. Each part is bounded by the next `@`, `%` or space, so this is linear in any value. */
const ADDRESS = /[^\s@%](@|%40)[^\s@%]+\.[^\s@%]/

const clean = (value: string, name: string, onDropped?: OnDropped) => {
  let room = MAX_BYTES
  // A URL may be a megabyte. What the cut leaves of an emoji cannot be encoded, and goes with the control characters.
  const text = value
    .slice(0, 8 * MAX_BYTES)
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

/** What could be a parameter of ours, its underscore perhaps encoded: a megabyte of others costs a millisecond. */
const PAIR = /(^|[?&])(amp;)?utm(_|%5f)[a-z]+=[^&]+/gi

/** No link repeats a name more often than this by mistake. */
const MAX_PAIRS = 99

const readQuery = (query: string, onDropped?: OnDropped) => {
  const values = { __proto__: null } as unknown as Table<string>
  let campaign: Record<string, string> | undefined
  for (const [given, value] of new URLSearchParams(query.match(PAIR)?.slice(0, MAX_PAIRS).join(''))) {
    // Mailers escape the ampersand twice: `?a=1&amp;utm_source=x` arrives with the name `amp;utm_source`.
    const name = given.toLowerCase().replace(/^amp;/, '')
    if (FIELDS[name]) values[name] ||= clean(value, name, onDropped)
  }
  for (const name in FIELDS) if (values[name]) (campaign ??= {})[FIELDS[name] ?? ''] ??= values[name]
  return campaign as UtmParameters | undefined
}

/**
 * Reads the campaign that a URL carries: from its query, else from its fragment (after its `?`, or all of it when it begins with `utm_`).
 * Never throws, and takes time linear in the length of the URL.
 */
export const readCampaign = (url: string, onDropped?: OnDropped): UtmParameters | undefined => {
  const [, query = '', fragment = ''] = /^[^?#]*([^#]*)(?:#(?:(?=utm_)|[^?]*\?)(.*))?/is.exec(url) ?? []
  return readQuery(query, onDropped) ?? readQuery(fragment, onDropped)
}

/** Writes a campaign as the query string that {@link readCampaign} reads, in characters that a cookie may hold. */
export const writeCampaign = (campaign: UtmParameters): string =>
  Object.entries(FIELDS)
    .slice(0, 5)
    .flatMap(([name, field]) => (field && campaign[field] ? `${name}=${encodeURIComponent(campaign[field])}` : []))
    .join('&')
