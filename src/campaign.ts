/** The campaign of one visit, under the event's own names. What the landing URL did not carry is absent. */
export type UtmParameters = {
  readonly utmSource?: string
  readonly utmMedium?: string
  readonly utmCampaign?: string
  readonly utmContent?: string
  /** Search terms joined by `+`, as in `cats+kitten+food`. */
  readonly utmTerms?: string
}

/** The five names of the URL, and the plural that the schema's authors use; the standard name comes first and wins. */
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

/** Addresses leak into campaign links. Every step is bounded by the next `@`, `%` or space, so this is linear in any value. */
const ADDRESS = /[^\s@%](@|%40)[^\s@%]+\.[^\s@%]/

const encodedBytes = (text: string) => `${new URLSearchParams([['', text]])}`.length - 1

const cut = (text: string) => {
  let room = MAX_BYTES
  let kept = ''
  // By code point: half an emoji cannot be encoded.
  for (const character of text) {
    room -= encodedBytes(character)
    if (room < 0) break
    kept += character
  }
  return kept
}

const clean = (value: string, name: string, onDropped: (name: string) => void) => {
  let text = value.replace(/\p{Cc}/gu, ' ').trim()
  if (name.startsWith('utm_term')) text = text.replace(/\s+/g, '+')
  if (ADDRESS.test(text)) {
    onDropped(name)
    return ''
  }
  return cut(text).trim()
}

const readQuery = (query: string, onDropped: (name: string) => void) => {
  const values = new Map(FIELDS.map(([name]) => [name, '']))
  for (const [name, value] of new URLSearchParams(query)) {
    // Mailers escape the ampersand twice: `?a=1&amp;utm_source=x` arrives with the name `amp;utm_source`.
    const known = name.toLowerCase().replace(/^amp;/, '')
    if (values.get(known) === '') values.set(known, clean(value, known, onDropped))
  }
  const campaign: Record<string, string> = {}
  for (const [name, field] of FIELDS) {
    const value = values.get(name)
    if (value) campaign[field] ??= value
  }
  return Object.keys(campaign).length ? (campaign as UtmParameters) : undefined
}

/**
 * Reads the campaign that a URL carries: from its query, else from its fragment (after its `?`, or all of it when it begins with `utm_`).
 * Never throws, and takes time linear in the length of the URL.
 *
 * @param onDropped is told the name of each value that looks like an e-mail address and was left out
 */
export const readCampaign = (url: string, onDropped: (name: string) => void = () => undefined): UtmParameters | undefined => {
  const [, query = '', fragment = ''] = /^[^?#]*([^#]*)(?:#(?:(?=utm_)|[^?]*\?)(.*))?/is.exec(url) ?? []
  return readQuery(query, onDropped) ?? readQuery(fragment, onDropped)
}

/** Writes a campaign as the query string that {@link readCampaign} reads, in characters that a cookie may hold. */
export const writeCampaign = (campaign: UtmParameters): string =>
  `${new URLSearchParams(FIELDS.slice(0, 5).flatMap(([name, field]) => (campaign[field] ? [[name, campaign[field]]] : [])))}`
