import type { Refusal } from '../../action/validate'
import { customerDigest, customerIn } from '../person'
import { keptAside, type AsideOutcome } from '../store'
import type { Postgres } from './database'

/** A body to be kept aside. */
export type Aside = {
  readonly outcome: AsideOutcome
  readonly receivedAt: number
  readonly bytes: Uint8Array
  readonly refusal?: Refusal
}

const insert = `
  INSERT INTO wasabi_aside (received_at, outcome, bytes, refusal, customer)
  SELECT received_at::bigint, outcome, decode(bytes, 'hex'), refusal, decode(customer, 'hex')
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
    AS a (received_at, outcome, bytes, refusal, customer)
  WHERE customer IS NULL OR NOT EXISTS (SELECT FROM wasabi_erased WHERE digest = decode(customer, 'hex'))
  ON CONFLICT DO NOTHING`

const trim = `
  DELETE FROM wasabi_aside WHERE outcome = $1 AND number <=
    (SELECT number FROM wasabi_aside WHERE outcome = $1 ORDER BY number DESC LIMIT 1 OFFSET ${String(keptAside)})`

const rowOf = ({ outcome, receivedAt, bytes, refusal }: Aside): readonly (string | null)[] => {
  const customer = customerIn(bytes)
  return [
    String(receivedAt),
    outcome,
    Buffer.from(bytes).toString('hex'),
    refusal === undefined ? null : JSON.stringify(refusal),
    customer === undefined ? null : customerDigest(customer),
  ]
}

/** Returns a function that keeps bodies aside, the newest ones of each kind. It keeps no body of an erased customer. */
export const createAside = () => {
  // Counting the newest bodies takes longer than writing one, so it is not done for each.
  let untilTrim = 0
  return async ({ query, transaction }: Postgres, asides: readonly Aside[]): Promise<void> => {
    if (asides.length === 0) return
    const rows = asides.map(rowOf)
    const values = [0, 1, 2, 3, 4].map((index) => rows.map((row) => row[index] ?? null))
    await transaction((durable) => durable({ text: insert, values }))
    untilTrim -= asides.length
    if (untilTrim > 0) return
    untilTrim = keptAside / 100
    for (const outcome of ['refused', 'conflicting']) await query({ text: trim, values: [outcome] })
  }
}
