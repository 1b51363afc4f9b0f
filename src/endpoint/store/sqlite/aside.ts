import { createHash } from 'node:crypto'
import type { Refusal } from '../../action/validate'
import { customerIn } from '../person'
import { keptAside, type AsideOutcome } from '../store'
import type { Database } from './database'
import type { Erased } from './erased'

/** A body to be kept aside. */
export type Aside = { readonly outcome: AsideOutcome; readonly receivedAt: number; readonly bytes: Uint8Array }

/** Returns a function that keeps a body aside, once, in an open transaction. */
export const asideIn = (database: Database, erased: Erased) => {
  const insert = database.prepare('INSERT INTO aside VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING')
  const trim = database.prepare(
    `DELETE FROM aside WHERE outcome = ?1 AND cursor <=
      (SELECT cursor FROM aside WHERE outcome = ?1 ORDER BY cursor DESC LIMIT 1 OFFSET ${String(keptAside)})`,
  )
  // Counting the newest bodies takes longer than writing one, so it is not done for each.
  let untilTrim = 0

  return (cursor: number, { outcome, receivedAt, bytes }: Aside, refusal?: Refusal): void => {
    const customerId = customerIn(bytes)
    if (customerId !== undefined && erased.has(customerId)) return
    const digest = createHash('sha256').update(bytes).digest('hex')
    const reason = refusal ? JSON.stringify(refusal) : null
    insert.run(cursor, receivedAt, outcome, bytes, reason, customerId ?? null, digest)
    untilTrim -= 1
    if (untilTrim > 0) return
    for (const kind of ['refused', 'conflicting']) trim.run(kind)
    untilTrim = keptAside / 100
  }
}
