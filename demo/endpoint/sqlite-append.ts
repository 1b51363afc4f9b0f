import type { DatabaseSyncInstance } from '@photostructure/sqlite'
import { revisionOf, sameContent } from './customer-action'
import type { Arrival, Outcome } from './store'
import type { Refusal } from './validate'

type Valid = Extract<Arrival, { readonly type: 'valid' }>
type Aside = { readonly outcome: 'conflicting' | 'refused'; readonly receivedAt: number; readonly bytes: Uint8Array }

/** As many are kept of each kind, the newest ones: at the 16 KB of a body, 160 MB at worst. */
const keptAside = 10_000

/** Returns what writes arrivals to an open database: all of them or none, and on the disk when it returns. */
export const appendTo = (database: DatabaseSyncInstance) => {
  const readNewest = database.prepare('SELECT newest FROM sequence')
  const writeNewest = database.prepare('UPDATE sequence SET newest = ?')
  const insertEvent = database.prepare('INSERT INTO event VALUES (?, ?, ?, ?, ?) ON CONFLICT (interaction_id, revision) DO NOTHING')
  const selectText = database.prepare('SELECT text FROM event WHERE interaction_id = ? AND revision = ?')
  const insertAside = database.prepare('INSERT INTO aside VALUES (?, ?, ?, ?, ?)')
  const trimAside = database.prepare(
    `DELETE FROM aside WHERE outcome = ?1 AND cursor <=
      (SELECT cursor FROM aside WHERE outcome = ?1 ORDER BY cursor DESC LIMIT 1 OFFSET ${String(keptAside)})`,
  )

  const putAside = (cursor: number, { outcome, receivedAt, bytes }: Aside, refusal?: Refusal): Outcome => {
    insertAside.run(cursor, receivedAt, outcome, bytes, refusal ? JSON.stringify(refusal) : null)
    trimAside.run(outcome)
    return outcome
  }

  const store = (cursor: number, { receivedAt, text, action }: Valid): Outcome => {
    const { interactionId } = action.body
    const revision = revisionOf(action)
    if (insertEvent.run(cursor, receivedAt, interactionId, revision, text).changes > 0) return 'stored'
    const known = selectText.get(interactionId, revision) as { readonly text: string }
    if (sameContent(known.text, text)) return 'repeated'
    return putAside(cursor, { outcome: 'conflicting', receivedAt, bytes: Buffer.from(text) })
  }

  const appendAll = (arrivals: readonly Arrival[]): readonly Outcome[] => {
    // Read anew for each batch: another process may have the same file open.
    let { newest } = readNewest.get() as { readonly newest: number }
    const outcomes = arrivals.map((arrival) => {
      const outcome =
        arrival.type === 'valid'
          ? store(newest + 1, arrival)
          : putAside(newest + 1, { outcome: 'refused', ...arrival }, arrival.refusal)
      if (outcome !== 'repeated') newest += 1
      return outcome
    })
    writeNewest.run(newest)
    return outcomes
  }

  return (arrivals: readonly Arrival[]): readonly Outcome[] => {
    database.exec('BEGIN IMMEDIATE')
    try {
      const outcomes = appendAll(arrivals)
      database.exec('COMMIT')
      return outcomes
    } catch (error) {
      // On a full disk SQLite has rolled back by itself: https://sqlite.org/lang_transaction.html
      if (database.isTransaction) database.exec('ROLLBACK')
      throw error
    }
  }
}
