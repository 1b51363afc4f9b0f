import pg, { type PoolClient, type QueryConfig } from 'pg'
import { hostsIn } from './address'

/** Runs one statement, and resolves to its rows. */
export type Query = <Row>(statement: string | QueryConfig) => Promise<readonly Row[]>

export type Postgres = {
  /** Runs one statement in a transaction of its own. */
  readonly query: Query
  /** Runs several statements in one transaction. */
  readonly transaction: <Result>(run: (query: Query) => Promise<Result>) => Promise<Result>
  readonly end: () => Promise<void>
}

/** Milliseconds. Longer than a restart of the database takes, and shorter than a page waits for its answer (30 s). */
const patience = 15_000

/** A statement that may touch millions of rows, or wait for a process that does: the driver waits an hour for it. */
export const unhurried = (text: string): QueryConfig & { readonly query_timeout: number } => ({
  text,
  query_timeout: 3_600_000,
})

const queryOf =
  (client: PoolClient): Query =>
  async <Row>(statement: string | QueryConfig) => {
    const { rows } = await client.query(typeof statement === 'string' ? { text: statement } : statement)
    return rows as Row[]
  }

/**
 * A commit that is cancelled while it waits for a standby succeeds with only a warning, and only on the primary's disk.
 * The warning's text is translated, and its SQLSTATE is that of all warnings. So any warning counts: the statements
 * here cause no other. https://github.com/postgres/postgres/blob/REL_15_STABLE/src/backend/replication/syncrep.c
 */
export const meansLostStandby = (code: string | undefined): boolean => /^(?:01|57)/.test(code ?? '')

/**
 * Makes a commit at least this durable, whatever the server's default: with `off`, `local` and `remote_write` the
 * server answers before the commit is safe. It applies to its own transaction only, since a pooler assigns the next one
 * another connection.
 */
export const durably = `set_config('synchronous_commit',
  CASE current_setting('synchronous_commit') WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, true)`

/**
 * Replaces `target_session_attrs=read-write` of libpq, which the driver does not have. A standby shows acknowledged
 * events late, and a demoted primary shows events that are about to be undone. A server ends its connections when it
 * becomes a standby, so each connection is checked once. A server that is only made read-only keeps them, see `renew`.
 * https://www.postgresql.org/docs/15/libpq-connect.html#LIBPQ-CONNECT-TARGET-SESSION-ATTRS
 */
const refuseReadOnly = async (client: PoolClient): Promise<void> => {
  const text = `SELECT CASE WHEN pg_is_in_recovery() THEN 'a standby'
    WHEN current_setting('transaction_read_only') = 'on' THEN 'read-only' END AS state`
  const { rows } = await client.query<{ readonly state: string | null }>(text)
  const state = rows[0]?.state
  if (typeof state === 'string') throw new Error(`the database is ${state}`)
}

const createPool = (connectionString: string): pg.Pool => {
  const pool = new pg.Pool({
    connectionString,
    max: 8,
    connectionTimeoutMillis: 3000,
    // A limit of the driver only: a statement_timeout of the server would cancel the wait for a standby.
    query_timeout: patience,
    keepAlive: true,
    application_name: 'wasabi',
    verify: (client, done) => {
      refuseReadOnly(client).then(() => {
        done()
      }, done)
    },
  })
  // An idle connection that breaks is replaced by the next request.
  pool.on('error', () => undefined)
  // A connection that breaks between two statements fails at the next one. Without a listener it would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined))
  return pool
}

/** Says whether a statement was refused because the server is read-only. */
const isReadOnly = (error: unknown): boolean => (error as { readonly code?: unknown }).code === '25006'

/**
 * Says whether an error concerns the server and not the statement: it has no SQLSTATE (the network), or one of class
 * 08, 53, 57 (shutdown, start) or 58, or the server is read-only.
 */
const isServersFault = (error: unknown): boolean => {
  const code = (error as { readonly code?: unknown }).code
  return typeof code !== 'string' || !/^[\dA-Z]{5}$/.test(code) || /^(?:08|53|57|58)/.test(code) || isReadOnly(error)
}

/** Says whether an error concerns the rows: their content (SQLSTATE class 22, 23) or their size (54). */
export const isRowsFault = (error: unknown): boolean => {
  const code = (error as { readonly code?: unknown }).code
  return typeof code === 'string' && /^(?:22|23|54)...$/.test(code)
}

/**
 * Says whether the driver gave up waiting. Its error has a message, but no code:
 * https://github.com/brianc/node-postgres/blob/master/packages/pg/lib/client.js
 */
const isTimeout = (error: unknown): boolean => error instanceof Error && error.message === 'Query read timeout'

/**
 * Cancels a statement that nobody waits for any more. A server does not notice that while a commit waits for a standby:
 * each such commit would keep a connection, until none is left for reading. Its events may be stored, and were not
 * answered.
 */
const cancel = async (pool: pg.Pool, client: PoolClient): Promise<void> => {
  const { processID } = client as PoolClient & { readonly processID: number | null }
  const text = `SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND application_name = 'wasabi'`
  await pool.query(text, [processID]).catch(() => undefined)
}

/** Runs on one connection. Afterwards it is ready for the next caller, or closed. */
const runOn = async <Result>(pool: pg.Pool, run: (client: PoolClient) => Promise<Result>): Promise<Result> => {
  let client: PoolClient | undefined
  let lost = false
  const onNotice = ({ code }: { readonly code: string | undefined }): void => {
    lost ||= meansLostStandby(code)
  }
  try {
    client = await pool.connect()
    client.on('notice', onNotice)
    const result = await run(client)
    if (lost) throw new Error('the commit did not reach a standby')
    client.off('notice', onNotice)
    client.release()
    return result
  } catch (error) {
    client?.release(true)
    if (client && isTimeout(error)) void cancel(pool, client)
    throw error
  }
}

/**
 * Keeps connections to one of the hosts of a `DATABASE_URL`, and switches to the next host if that one cannot be
 * written to.
 */
export const createPostgres = (url: string): Postgres => {
  const hosts = hostsIn(url)
  const pools = hosts.map(createPool)
  let current = 0

  /** Replaces the connections to a host: the old ones would continue to read from a primary that is fenced. */
  const renew = (index: number): void => {
    void pools[index]?.end()
    pools[index] = createPool(hosts[index] as string)
  }

  const withClient = async <Result>(run: (client: PoolClient) => Promise<Result>): Promise<Result> => {
    const used = current
    try {
      return await runOn(pools[used] as pg.Pool, run)
    } catch (error) {
      if (isServersFault(error) && current === used) {
        if (isReadOnly(error)) renew(used)
        current = (used + 1) % pools.length
      }
      throw error
    }
  }

  return {
    query: (statement) => withClient((client) => queryOf(client)(statement)),
    transaction: (run) =>
      withClient(async (client) => {
        await client.query(`BEGIN; SELECT ${durably}`)
        const result = await run(queryOf(client))
        await client.query('COMMIT')
        return result
      }),
    end: async () => {
      await Promise.all(pools.filter(({ ended }) => !ended).map((pool) => pool.end()))
    },
  }
}
