import { appendEvents, waitForStandby } from './append'
import { createAside, type Aside } from './aside'
import { erasePerson, sweepErased } from './erase'
import { hostsIn } from './hosts'
import { createPostgres, type Postgres } from './database'
import { createPostgresForward } from './forward'
import { createPostgresReader } from './read'
import { preparePostgres } from './schema'
import { createPostgresSummary } from './summary'
import type { Arrival, Outcome, Store, Valid } from '../store'

const isValid = (arrival: Arrival): arrival is Valid => arrival.type === 'valid'

/** Rows at a time, so that nobody waits for long. */
const expiredAtOnce = 5000

const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message || String((error as { readonly code?: unknown }).code) : String(error)

/** The primary may be any of the hosts: after each failure the next one is used. Rejects with all reasons, each once. */
const prepareOnAny = async (postgres: Postgres, hosts: number, failures: readonly string[] = []): Promise<void> => {
  try {
    await preparePostgres(postgres)
  } catch (cause) {
    const reasons = [...failures, reasonOf(cause)]
    if (reasons.length === hosts) throw new Error([...new Set(reasons)].join('; '), { cause })
    await prepareOnAny(postgres, hosts, reasons)
  }
}

const open = async (url: string): Promise<Postgres> => {
  const postgres = createPostgres(url)
  try {
    await prepareOnAny(postgres, hostsIn(url).length)
    return postgres
  } catch (cause) {
    await postgres.end()
    throw new Error(
      `Cannot use the database of DATABASE_URL (${reasonOf(cause)}): check the address, and that PostgreSQL 15 or later runs there and lets this user make tables.`,
      { cause },
    )
  }
}

/** Keeps everything in a PostgreSQL database. Rejects with a sentence that says what to do if that cannot be used. */
export const createPostgresStore = async (url: string): Promise<Store> => {
  const postgres = await open(url)
  const { query } = postgres
  const putAside = createAside()

  const append = async (arrivals: readonly Arrival[]): Promise<readonly Outcome[]> => {
    const valid = arrivals.filter(isValid)
    const fates = valid.length > 0 ? await appendEvents(query, valid) : []
    const fateOf = new Map(valid.map((arrival, index) => [arrival, fates[index]]))
    const asides: Aside[] = []
    const outcomes: Outcome[] = []
    for (const arrival of arrivals) {
      const fate = arrival.type === 'valid' ? fateOf.get(arrival) : undefined
      const outcome = fate?.outcome ?? 'refused'
      outcomes.push(outcome)
      if (arrival.type === 'refused') asides.push({ ...arrival, outcome: 'refused' })
      else if (outcome === 'conflicting')
        asides.push({ outcome, receivedAt: arrival.receivedAt, bytes: Buffer.from(arrival.text) })
      else if (fate?.tellsMore === true) {
        const { customerId, interactionId } = arrival.action.body
        await erasePerson(postgres, { customerIds: [customerId], interactionIds: [interactionId] })
      }
    }
    await putAside(query, asides)
    return outcomes
  }

  return {
    append,
    // While one waits for the disk, or for a standby, the next is on its way.
    lanes: 3,
    ...createPostgresReader(postgres),
    discard: async (cursors) => {
      const text = `DELETE FROM wasabi_aside WHERE xid::text || '-' || number = ANY ($1::text[])`
      await query({ text, values: [cursors] })
    },
    erase: (customerId) => erasePerson(postgres, { customerIds: [customerId], interactionIds: [] }),
    erased: async () => {
      const rows = await query<{ readonly digest: string }>(
        `SELECT encode(digest, 'hex') AS digest FROM wasabi_erased ORDER BY 1`,
      )
      return rows.map(({ digest }) => digest)
    },
    addErased: async (digests) => {
      const text = `INSERT INTO wasabi_erased SELECT decode(d, 'hex') FROM unnest($1::text[]) AS d ON CONFLICT DO NOTHING`
      await query({ text, values: [digests] })
    },
    sweepErased: () => sweepErased(postgres),
    expire: async (before) => {
      let most = 0
      for (const table of ['wasabi_event', 'wasabi_aside']) {
        const text = `WITH gone AS (DELETE FROM ${table} WHERE (xid, number) IN
            (SELECT xid, number FROM ${table} WHERE received_at < $1 LIMIT ${String(expiredAtOnce)}) RETURNING 1)
          SELECT count(*)::int AS count FROM gone`
        const [row] = await query<{ readonly count: number }>({ text, values: [before] })
        most = Math.max(most, row?.count ?? 0)
      }
      return most === expiredAtOnce
    },
    forward: createPostgresForward(query),
    summary: createPostgresSummary(query),
    check: () => waitForStandby(query),
    close: postgres.end,
  }
}
