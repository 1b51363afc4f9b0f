import type { DatabaseSyncInstance } from '@photostructure/sqlite'
import { revisionOf, sameContent } from './customer-action'
import { customerDigest, interactionDigest } from './digest'
import { asideIn } from './sqlite-aside'
import { erasureIn } from './sqlite-erase'
import { inTransaction } from './sqlite-transaction'
import type { Arrival, Outcome, Valid } from './store'
import { isVisitor } from './visitor'

/** Returns what writes arrivals to an open database: all of them or none, and on the disk when it returns. */
export const appendTo = (database: DatabaseSyncInstance) => {
  const readNewest = database.prepare('SELECT newest FROM sequence')
  const writeNewest = database.prepare('UPDATE sequence SET newest = ?')
  const insertEvent = database.prepare('INSERT INTO event VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (interaction_id, revision) DO NOTHING')
  const selectText = database.prepare('SELECT text FROM event WHERE interaction_id = ? AND revision = ?')
  const putAside = asideIn(database)
  const erasure = erasureIn(database)

  /** A late event of an erased person may tell of a visitor who was not known to be the same. */
  const isErased = ({ action }: Valid): boolean => {
    const { customerId, interactionId } = action.body
    const customerKnown = erasure.has(customerDigest(customerId))
    const interactionKnown = erasure.has(interactionDigest(interactionId))
    if (!customerKnown && !(interactionKnown && isVisitor(customerId))) return false
    if (!customerKnown || !interactionKnown) erasure.erase({ customerId, interactionId })
    return true
  }

  const store = (cursor: number, { receivedAt, text, action }: Valid): Outcome => {
    const { interactionId, customerId } = action.body
    const revision = revisionOf(action)
    if (insertEvent.run(cursor, receivedAt, interactionId, revision, text, customerId).changes > 0) return 'stored'
    const known = selectText.get(interactionId, revision) as { readonly text: string }
    if (sameContent(known.text, text)) return 'repeated'
    putAside(cursor, { outcome: 'conflicting', receivedAt, bytes: Buffer.from(text) })
    return 'conflicting'
  }

  const appendAll = (arrivals: readonly Arrival[]): readonly Outcome[] => {
    // Read anew for each batch: another process may have the same file open.
    let { newest } = readNewest.get() as { readonly newest: number }
    const anyErased = erasure.any()
    const outcomes = arrivals.map((arrival): Outcome => {
      newest += 1
      if (arrival.type === 'valid') return anyErased && isErased(arrival) ? 'erased' : store(newest, arrival)
      putAside(newest, { outcome: 'refused', ...arrival }, arrival.refusal)
      return 'refused'
    })
    writeNewest.run(newest)
    return outcomes
  }

  return (arrivals: readonly Arrival[]): readonly Outcome[] => inTransaction(database, () => appendAll(arrivals))
}
