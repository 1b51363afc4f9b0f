import type { Entry } from '../store'
import type { Postgres, Query } from './database'

/** Runs statements: one alone, or several on one connection. */
export type Connections = Pick<Postgres, 'query' | 'transaction'>

/** The commit of this statement waits for a standby. Its row says which transactions had ended before. */
const confirm = `
  SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS xmin, pg_logical_emit_message(true, 'wasabi', '')`

/**
 * Returns no entry that only this server has. A commit that was cut off while it waited for a standby is visible, but a
 * promoted standby may lack it, and would assign its cursor to another event. So a commit follows the read: it waits
 * for that standby too. It uses the same connection, since another one may lead to another server.
 */
export const confirmedOnly = ({ query, transaction }: Connections) => {
  let confirmed = 0n
  return async (select: (query: Query) => Promise<readonly Entry[]>): Promise<readonly Entry[]> => {
    const last = (entries: readonly Entry[]) => BigInt(entries.at(-1)?.cursor.split('-')[0] ?? -1)
    const entries = await select(query)
    if (last(entries) < confirmed) return entries
    const { again, xmin } = await transaction(async (own) => {
      const again = await select(own)
      const [row] = await own<{ readonly xmin: string }>(confirm)
      return { again, xmin: BigInt(row?.xmin ?? 0) }
    })
    if (xmin > confirmed) confirmed = xmin
    return again
  }
}
