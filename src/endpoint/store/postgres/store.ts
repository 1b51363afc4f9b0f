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
import { preparePostgres, type Prepared } from './schema'
import { createPostgresSummary } from './summary'

const isValid = (arrival: Arrival): arrival is Valid => arrival.type === 'valid'

const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message || String((error as { readonly code?: unknown }).code) : String(error)

/**
 * The primary may be any of the hosts: after each failure the next one is used. Rejects with all reasons, each once.
 */
const prepareOnAny = async (postgres: Postgres, hosts: number, failures: readonly string[] = []): Promise<Prepared> => {
  try {
    return await preparePostgres(postgres)
  } catch (cause) {
    const reasons = [...failures, reasonOf(cause)]
    if (reasons.length === hosts) throw new Error([...new Set(reasons)].join('; '), { cause })
    return prepareOnAny(postgres, hosts, reasons)
  }
}

const open = async (url: string): Promise<Prepared & { readonly postgres: Postgres }> => {
  const hosts = hostsIn(url)
  const postgres = createPostgres(url)
  try {
    return { postgres, ...(await prepareOnAny(postgres, hosts.length)) }
  } catch (cause) {
    await postgres.end()
    throw new Error(
      `Cannot use the database of DATABASE_URL (${reasonOf(cause)}): check the address, ` +
        'and that PostgreSQL 15 or later runs there and lets this user make tables.',
      { cause },
    )
  }
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
  const { postgres, generation, hasFormerKeys } = await open(url)
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
