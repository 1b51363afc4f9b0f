import type { Appended, Arrival, Store, Valid } from '../store'
import { hostsIn } from './address'
import { appendEvents, waitForStandby } from './append'
import { createAside, type Aside } from './aside'
import { createPostgres, type Postgres } from './database'
import { erasePerson, sweepErased } from './erase'
import { addErased, isErased, listErased, readmit } from './erased'
import { createExpiry } from './expire'
import { createPostgresForward } from './forward'
import { createPostgresReader, partsOf } from './read'
import { preparePostgres } from './schema'
import { createPostgresSummary } from './summary'

const isValid = (arrival: Arrival): arrival is Valid => arrival.type === 'valid'

const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message || String((error as { readonly code?: unknown }).code) : String(error)

/**
 * The primary may be any of the hosts: after each failure the next one is used. Rejects with all reasons, each once.
 */
const tryHosts = async <Result>(hosts: number, work: () => Promise<Result>): Promise<Result> => {
  const reasons: string[] = []
  for (;;) {
    try {
      return await work()
    } catch (cause) {
      reasons.push(reasonOf(cause))
      if (reasons.length === hosts) throw new Error([...new Set(reasons)].join('; '), { cause })
    }
  }
}

/** A database, and the result of the first work there. */
type Opened<Result> = { readonly postgres: Postgres; readonly result: Result }

const open = async <Result>(url: string, work: (postgres: Postgres) => Promise<Result>): Promise<Opened<Result>> => {
  const hosts = hostsIn(url)
  const postgres = createPostgres(url)
  try {
    return { postgres, result: await tryHosts(hosts.length, () => work(postgres)) }
  } catch (cause) {
    await postgres.end()
    throw new Error(
      `Cannot use the database of DATABASE_URL (${reasonOf(cause)}): check the address, ` +
        'and that PostgreSQL 15 or later runs there and lets this user make tables.',
      { cause },
    )
  }
}

const hasTables = async ({ query }: Postgres): Promise<boolean> => {
  const [row] = await query<{ readonly found: boolean }>(`SELECT to_regclass('wasabi_event') IS NOT NULL AS found`)
  return row?.found === true
}

/** Says whether a database has the tables of a store, of any version. Changes nothing there. */
export const isPostgresStore = async (url: string): Promise<boolean> => {
  const { postgres, result } = await open(url, hasTables)
  await postgres.end()
  return result
}

const appendTo = (postgres: Postgres, hasFormerKeys: boolean): Store['append'] => {
  const putAside = createAside()
  return async (arrivals) => {
    const valid = arrivals.filter(isValid)
    const fates = valid.length > 0 ? await appendEvents({ query: postgres.query, hasFormerKeys }, valid) : []
    const fateOf = new Map<Arrival, Appended>(valid.map((arrival, index) => [arrival, fates[index]]))
    const asides: Aside[] = []
    const outcomes = arrivals.map((arrival): Appended => {
      const outcome = arrival.type === 'valid' ? fateOf.get(arrival) : 'refused'
      if (arrival.type === 'refused') asides.push({ ...arrival, outcome: 'refused' })
      else if (outcome === 'conflicting')
        asides.push({ outcome, receivedAt: arrival.receivedAt, bytes: Buffer.from(arrival.text) })
      return outcome
    })
    await putAside(postgres, asides)
    return outcomes
  }
}

/** Stores everything in a PostgreSQL database. If it cannot be used, rejects with a sentence that says what to do. */
export const createPostgresStore = async (url: string): Promise<Store> => {
  const {
    postgres,
    result: { generation, hasFormerKeys },
  } = await open(url, preparePostgres)
  const { query, transaction, end } = postgres

  return {
    append: appendTo(postgres, hasFormerKeys),
    commitsElsewhere: true,
    ...createPostgresReader(postgres, generation),
    discard: async (cursors) => {
      const text = `DELETE FROM wasabi_aside WHERE xid::text || '-' || number = ANY ($1::text[])`
      await query({ text, values: [cursors.map((cursor) => partsOf(cursor).join('-'))] })
    },
    erase: (request) => erasePerson(postgres, request),
    erased: (page) => listErased(query, page),
    isErased: (customerId) => isErased(query, customerId),
    readmit: (customerId) => readmit(query, customerId),
    addErased: (digests) => transaction((writing) => addErased(writing, digests)),
    sweepErased: () => sweepErased(postgres),
    ...createExpiry(postgres),
    forward: createPostgresForward(query),
    summary: createPostgresSummary(query),
    check: () => waitForStandby(query),
    close: end,
  }
}
