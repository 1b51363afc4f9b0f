import type { DatabaseSyncInstance } from '@photostructure/sqlite'
import { revisionOf, sameContent } from './customer-action'
import { asideIn } from './sqlite-aside'
import type { Erasure } from './sqlite-erase'
import type { Person } from './person'
import { inTransaction } from './sqlite-transaction'
import type { Arrival, Outcome, Valid } from './store'

/** What became of arrivals, and who turned out to be somebody that was erased. */
export type Appended = { readonly outcomes: readonly Outcome[]; readonly toErase: readonly Person[] }

/** Returns what writes arrivals to an open database: all of them or none, and on the disk when it returns. */
export const appendTo = (database: DatabaseSyncInstance, erasure: Erasure) => {
  const readNewest = database.prepare('SELECT newest FROM sequence')
  const writeNewest = database.prepare('UPDATE sequence SET newest = ?')
  const insertEvent = database.prepare('INSERT INTO event VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (interaction_id, revision) DO NOTHING')
  const selectText = database.prepare('SELECT text FROM event WHERE interaction_id = ? AND revision = ?')
  const putAside = asideIn(database)

  const store = (cursor: number, { receivedAt, text, action }: Valid): Outcome => {
    const { interactionId, customerId } = action.body
    const revision = revisionOf(action)
    if (insertEvent.run(cursor, receivedAt, interactionId, revision, text, customerId).changes > 0) return 'stored'
    const known = selectText.get(interactionId, revision) as { readonly text: string }
    if (sameContent(known.text, text)) return 'repeated'
    putAside(cursor, { outcome: 'conflicting', receivedAt, bytes: Buffer.from(text) })
    return 'conflicting'
  }

  const appendAll = (arrivals: readonly Arrival[]): Appended => {
    // Read anew for each batch: another process may have the same file open.
    let { newest } = readNewest.get() as { readonly newest: number }
    const anyErased = erasure.any()
    const toErase: Person[] = []
    const outcomes = arrivals.map((arrival): Outcome => {
      newest += 1
      if (arrival.type === 'refused') {
        putAside(newest, { outcome: 'refused', ...arrival }, arrival.refusal)
        return 'refused'
      }
      const erased = anyErased ? erasure.find(arrival.action) : undefined
      if (erased === undefined) return store(newest, arrival)
      if (erased.tellsMore) toErase.push(erased.person)
      return 'erased'
    })
    writeNewest.run(newest)
    return { outcomes, toErase }
  }

  return (arrivals: readonly Arrival[]): Appended => inTransaction(database, () => appendAll(arrivals))
}
