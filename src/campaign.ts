/** The campaign of one visit, under the event's own names. What the landing URL did not carry is absent. */
export type UtmParameters = {
  readonly utmSource?: string
  readonly utmMedium?: string
  readonly utmCampaign?: string
  readonly utmContent?: string
  /** Search terms joined by `+`, as in `cats+kitten+food`. */
  readonly utmTerms?: string
}

/** Is told the name of a value that was left out because it looks like an e-mail address. */
type OnDropped = (name: string) => void

/** The names of the URL, and last the plural that the schema's authors use: the standard name comes before it and wins. */
const FIELDS: readonly (readonly [name: string, field: keyof UtmParameters])[] = [
  ['utm_source', 'utmSource'],
  ['utm_medium', 'utmMedium'],
  ['utm_campaign', 'utmCampaign'],
  ['utm_content', 'utmContent'],
  ['utm_term', 'utmTerms'],
  ['utm_terms', 'utmTerms'],
]

/** Five values of this many encoded bytes, their names and a time fit the 4,096 bytes that a cookie may have (RFC 6265, 6.1). */
const MAX_BYTES = 512

/** Addresses leak into campaign links. Each part is bounded by the next `@`, `%` or space, so this is linear in any value. */
const ADDRESS = /[^\s@%](@|%40)[^\s@%]+\.[^\s@%]/

/** Cuts by code point: half an emoji cannot be encoded. */
const cut = (text: string) => {
  let room = MAX_BYTES
  let kept = ''
  for (const character of text) {
    room -= encodeURIComponent(character).length
    if (room < 0) break
    kept += character
  }
  return kept.trim()
}

const clean = (value: string, name: string, onDropped: OnDropped) => {
  const text = value.replace(/\p{Cc}/gu, ' ').trim()
  if (!ADDRESS.test(text)) return cut(name > 'utm_t' ? text.replace(/\s+/g, '+') : text)
  onDropped(name)
  return ''
}

const readQuery = (query: string, onDropped: OnDropped) => {
  const values = new Map(FIELDS.map(([name]) => [name, '']))
  for (const [given, value] of new URLSearchParams(query)) {
    // Mailers escape the ampersand twice: `?a=1&amp;utm_source=x` arrives with the name `amp;utm_source`.
    const name = given.toLowerCase().replace(/^amp;/, '')
    if (values.get(name) === '') values.set(name, clean(value, name, onDropped))
  }
  let campaign: Record<string, string> | undefined
  for (const [name, field] of FIELDS) {
    const value = values.get(name)
    if (value) (campaign ??= {})[field] ??= value
  }
  return campaign as UtmParameters | undefined
}

/**
 * Reads the campaign that a URL carries: from its query, else from its fragment (after its `?`, or all of it when it begins with `utm_`).
 * Never throws, and takes time linear in the length of the URL.
 */
export const readCampaign = (url: string, onDropped: OnDropped = () => undefined): UtmParameters | undefined => {
  const [, query = '', fragment = ''] = /^[^?#]*([^#]*)(?:#(?:(?=utm_)|[^?]*\?)(.*))?/is.exec(url) ?? []
  return readQuery(query, onDropped) ?? readQuery(fragment, onDropped)
}

/** Writes a campaign as the query string that {@link readCampaign} reads, in characters that a cookie may hold. */
export const writeCampaign = (campaign: UtmParameters): string =>
  FIELDS.slice(0, 5)
    .flatMap(([name, field]) => (campaign[field] ? `${name}=${encodeURIComponent(campaign[field])}` : []))
    .join('&')
