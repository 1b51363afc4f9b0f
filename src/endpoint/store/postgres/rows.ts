import type { Refusal } from '../../action/validate'
import type { Entry } from '../store'
import { belongsTo } from './key'

/** A row of a stored event or a body kept aside, as the statements here return it. */
export type Row = {
  readonly cursor: string
  readonly received_at: string
  readonly outcome: Entry['outcome']
  readonly text: string | null
  readonly bytes: Buffer | null
  readonly refusal: string | null
}

export const toEntry = (suffix: string, { cursor, received_at, outcome, text, bytes, refusal }: Row): Entry => ({
  cursor: cursor + suffix,
  receivedAt: Number(received_at),
  outcome,
  text: text ?? bytes?.toString() ?? '',
  ...(bytes && { bytes }),
  ...(refusal !== null && { refusal: JSON.parse(refusal) as Refusal }),
})

const stored = `
  xid, number, received_at, 'stored' AS outcome, text, NULL::bytea AS bytes, NULL AS refusal FROM wasabi_event`
const putAside = 'xid, number, received_at, outcome, NULL AS text, bytes, refusal FROM wasabi_aside'

/**
 * Numbers are assigned before the commit, so a later number can be visible before an earlier one. A row that is older
 * than every transaction under way can no longer be overtaken: https://www.postgresql.org/docs/15/functions-info.html
 */
const settled = '(xid, number) > ($1::xid8, $2::bigint) AND xid < pg_snapshot_xmin(pg_current_snapshot())'
const inOrder = 'ORDER BY xid, number LIMIT $3'
const rowsOf = (from: string): string =>
  `SELECT xid::text || '-' || number AS cursor, received_at, outcome, text, bytes, refusal FROM (${from}) AS r`

/** Each statement returns rows after a cursor, in the order of cursors. */
export const statements = {
  events: rowsOf(`SELECT ${stored} WHERE ${settled} ${inOrder}`),
  entries: rowsOf(
    `(SELECT ${stored} WHERE ${settled} ${inOrder})
      UNION ALL (SELECT ${putAside} WHERE ${settled} ${inOrder}) ${inOrder}`,
  ),
  refused: rowsOf(`SELECT ${putAside} WHERE ${settled} AND outcome = 'refused' ${inOrder}`),
  conflicting: rowsOf(`SELECT ${putAside} WHERE ${settled} AND outcome = 'conflicting' ${inOrder}`),
} as const

export const latestRefused = rowsOf(`SELECT ${putAside} WHERE outcome = 'refused' ORDER BY number DESC LIMIT $1`)

/** The cursors of an interaction's events. Uses the index over keys, and scans no later events. */
export const cursorsOf = `
  WITH own AS MATERIALIZED (SELECT xid AS x, number AS n FROM unnest($4::bytea[]) AS i,
    LATERAL (SELECT xid, number FROM wasabi_event WHERE ${belongsTo('i')} OFFSET 0) AS e)
  SELECT x::text || '-' || n AS cursor FROM own WHERE (x, n) > ($1::xid8, $2::bigint) ORDER BY x, n LIMIT $3`

/** The events at some cursors. */
export const eventsAt = rowsOf(`SELECT ${stored} JOIN unnest($1::xid8[], $2::bigint[]) AS c (x, n)
  ON xid = x AND number = n ORDER BY xid, number`)
