import { lookup } from 'node:dns/promises'
import { readConcurrency, type ForwardTo } from '../forward/start'
import { readHeaders, readUrl } from '../forward/receiver'
import { isLoopback } from '../http/access'
import type { EndpointOptions } from '../http/endpoint'
import type { StorePlace } from '../store/open'

/** The endpoint's settings, as the environment has them. */
export type Config = {
  readonly host: string
  readonly port: number
  readonly options: EndpointOptions
}

type Environment = Readonly<Record<string, string | undefined>>

/** A whole number from the environment. Throws a sentence that says what to set. */
const numberIn = (environment: Environment, name: string, range: readonly [number, number]): number | undefined => {
  const text = environment[name]
  if (text === undefined || text === '') return undefined
  const [least, most] = range
  const number = Number(text)
  // `Number` reads blanks as 0, which would be no limit at all.
  if (/^\d+$/.test(text) && number >= least && number <= most) return number
  throw new Error(`${name} is ${text}: set it to a whole number from ${String(least)} to ${String(most)}.`)
}

/** A site that a browser can name in `Origin`: no pattern, no list, no path. */
const originIn = (site: string): string => {
  const { origin, hostname, pathname } = URL.canParse(site) ? new URL(site) : new URL('invalid:')
  if (/^(?:[\w.-]+|\[[\da-f:.]+\])$/.test(hostname) && pathname === '/' && /^https?:/.test(origin)) return origin
  throw new Error(
    `ALLOWED_ORIGINS names ${site}: write each site as https://shop.example, ` +
      'with commas between them; leave it out for all sites.',
  )
}

const originsIn = (text: string | undefined): readonly string[] | undefined => {
  if (text === undefined || text.trim() === '') return undefined
  const sites = text.split(/[\s,]+/).filter(Boolean)
  // A list of commas alone names no site, and would refuse all pages.
  return (sites.length > 0 ? sites : [text]).map(originIn)
}

const tokenIn = (text: string | undefined): string | undefined => {
  if (text === undefined || text === '') return undefined
  if (text.length < 16)
    throw new Error(
      'READ_TOKEN is too short to withstand guessing: set it to 16 characters or more, as from openssl rand -hex 16.',
    )
  if (/^(["']).*\1$/.test(text))
    throw new Error('READ_TOKEN has quotes around it, which would be a part of it: write it without them.')
  // Blanks at the ends are no part of a header, and there are several ways to encode other characters.
  if (/^[!-~](?:[ -~]*[!-~])?$/.test(text)) return text
  throw new Error(
    'READ_TOKEN has characters that a header cannot carry: set it to letters and digits, as from openssl rand -hex 16.',
  )
}

/**
 * Says whether others can reach an address. Throws a sentence that says what to set if this machine does not know it.
 */
const isOpen = async (host: string): Promise<boolean> => {
  const addresses = await lookup(host, { all: true }).catch(() => [])
  if (addresses.length === 0)
    throw new Error(
      `HOST is ${host}, which this machine does not know: set it to an address of this machine, such as 127.0.0.1.`,
    )
  return !addresses.every(({ address }) => isLoopback(address))
}

/** Events of one client in a minute: enough for hundreds of people behind one address, too few for a flood. */
const usualRate = 600

/**
 * A file's name. Throws a sentence if it is a mistake: the endpoint would start with an empty file at another place.
 * Only a shell expands `~`, `docker --env-file` passes quotes on, and a file from Windows has other line ends. Only
 * SQLite reads a `file:` URL as a URL: https://sqlite.org/uri.html
 */
const fileIn = (text: string | undefined): string => {
  const file = text || 'data/wasabi.sqlite'
  if (/^(?:file:|~\/|["'])|^\s|\s$|\p{Cc}/iu.test(file))
    throw new Error(
      `DATA_FILE is ${JSON.stringify(file)}: write the path of a file, without quotes, blanks or a line end ` +
        'around it, and without ~.',
    )
  return file
}

/** Reads the store's place. Throws a sentence that says what to set. */
export const readPlace = ({ DATABASE_URL, DATA_FILE }: Environment): StorePlace =>
  DATABASE_URL === undefined || DATABASE_URL === '' ? { file: fileIn(DATA_FILE) } : { database: DATABASE_URL }

const forwardIn = ({ FORWARD_TO, FORWARD_HEADERS, FORWARD_CONCURRENCY }: Environment): ForwardTo | undefined => {
  if (FORWARD_TO)
    return {
      receiver: { url: readUrl(FORWARD_TO), headers: readHeaders(FORWARD_HEADERS || undefined) },
      concurrency: readConcurrency(FORWARD_CONCURRENCY || undefined),
    }
  if (FORWARD_HEADERS || FORWARD_CONCURRENCY)
    throw new Error('FORWARD_HEADERS and FORWARD_CONCURRENCY forward nothing by themselves: set FORWARD_TO too.')
  return undefined
}

/** Reads all settings. Throws a sentence that says what to set. */
export const readConfig = async (environment: Environment): Promise<Config> => {
  const host = environment.HOST || '127.0.0.1'
  const readToken = tokenIn(environment.READ_TOKEN)
  const trustedProxies = numberIn(environment, 'TRUST_PROXY', [0, 10]) ?? 0
  const retentionDays = numberIn(environment, 'RETENTION_DAYS', [1, 36_500])
  const forwardTo = forwardIn(environment)
  const allowedOrigins = originsIn(environment.ALLOWED_ORIGINS)
  if ((await isOpen(host)) && readToken === undefined)
    throw new Error(`HOST is ${host}, which others can reach: set READ_TOKEN too, since reading would be open to them.`)
  // Through a proxy on this machine, every request seems to be from this machine.
  if (readToken === undefined && trustedProxies > 0)
    throw new Error(
      'TRUST_PROXY is set, so requests arrive through a proxy: set READ_TOKEN too, or all of them could read.',
    )
  return {
    host,
    port: numberIn(environment, 'PORT', [0, 65_535]) ?? 4174,
    options: {
      ...readPlace(environment),
      rateLimit: numberIn(environment, 'RATE_LIMIT', [0, 1e9]) ?? usualRate,
      trustedProxies,
      ...(readToken !== undefined && { readToken }),
      ...(retentionDays !== undefined && { retentionDays }),
      ...(forwardTo !== undefined && { forwardTo }),
      ...(allowedOrigins !== undefined && { allowedOrigins }),
    },
  }
}
