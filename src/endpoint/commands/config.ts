import { isLoopback } from '../http/access'
import type { EndpointOptions } from '../http/endpoint'
import type { StorePlace } from '../store/open'

/** What the environment says about how to run. */
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
  if (Number.isInteger(number) && number >= least && number <= most) return number
  throw new Error(`${name} is ${text}: set it to a whole number from ${String(least)} to ${String(most)}.`)
}

const originsIn = (text: string | undefined): readonly string[] | undefined => {
  if (text === undefined || text.trim() === '') return undefined
  return text
    .split(/[\s,]+/)
    .filter(Boolean)
    .map((site) => {
      const origin = URL.canParse(site) ? new URL(site).origin : 'null'
      if (origin !== 'null') return origin
      throw new Error(`ALLOWED_ORIGINS names ${site}: write sites as https://shop.example, with commas between them.`)
    })
}

const tokenIn = (text: string | undefined): string | undefined => {
  if (text === undefined || text === '') return undefined
  if (text.length >= 16) return text
  throw new Error(
    'READ_TOKEN is too short to withstand guessing: set it to 16 characters or more, as from openssl rand -hex 16.',
  )
}

/** Events of one client in a minute: hundreds of people behind one address, and not one machine that floods. */
const usualRate = 600

/** Reads the store's place. */
export const readPlace = ({ DATABASE_URL, DATA_FILE }: Environment): StorePlace =>
  DATABASE_URL === undefined || DATABASE_URL === ''
    ? { file: DATA_FILE || 'data/wasabi.sqlite' }
    : { database: DATABASE_URL }

/** Reads everything else. Throws a sentence that says what to set. */
export const readConfig = (environment: Environment): Config => {
  const host = environment.HOST ?? '127.0.0.1'
  const readToken = tokenIn(environment.READ_TOKEN)
  const trustedProxies = numberIn(environment, 'TRUST_PROXY', [0, 10]) ?? 0
  const retentionDays = numberIn(environment, 'RETENTION_DAYS', [1, 36_500])
  const allowedOrigins = originsIn(environment.ALLOWED_ORIGINS)
  if (readToken === undefined && !isLoopback(host))
    throw new Error(`HOST is ${host}, which others can reach: set READ_TOKEN too, since reading would be open to them.`)
  // A proxy on this machine makes everybody look as if they were here.
  if (readToken === undefined && trustedProxies > 0)
    throw new Error(
      'TRUST_PROXY is set, so others come through a proxy: set READ_TOKEN too, since reading would be open to them.',
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
      ...(allowedOrigins !== undefined && { allowedOrigins }),
    },
  }
}
