import { revisionOf, sameContent } from '../../action/revision'
import type { Arrival, Outcome, Valid } from '../store'
import { asideIn } from './aside'
import { inTransaction, type Database } from './database'
import type { Erased } from './erased'
import type { FileWatch } from './file'
import { beginningIn } from './generation'

/** An arrival that is to become an event, and its cursor if it does. */
type Candidate = { readonly cursor: number; readonly arrival: Valid }

/** The most events that one statement inserts, in a quarter less time than one by one. More at once gain nothing. */
const mostRows = 16

const columnsOf = ({ cursor, arrival: { receivedAt, text, action } }: Candidate) => {
  const { interactionId, customerId } = action.body
  return [cursor, receivedAt, interactionId, revisionOf(action), text, customerId]
}

const prepareStatements = (database: Database) => ({
  writeNewest: database.prepare('UPDATE sequence SET newest = ?'),
  known: database.prepare('SELECT cursor, text FROM event WHERE interaction_id = ? AND revision = ?'),
  /** The statement at index n inserts n + 1 rows. */
  inserts: Array.from({ length: mostRows }, (_, more) =>
    database.prepare(
      `INSERT INTO event VALUES (?, ?, ?, ?, ?, ?)${', (?, ?, ?, ?, ?, ?)'.repeat(more)}
        ON CONFLICT (interaction_id, revision) DO NOTHING`,
    ),
  ),
})

/** Returns a function that writes arrivals after the newest cursor, in an open transaction. */
const appendingIn = (database: Database, erased: Erased) => {
  const { writeNewest, known: selectKnown, inserts } = prepareStatements(database)
  const putAside = asideIn(database, erased)

  const outcomeOf = ({ cursor, arrival: { receivedAt, text, action } }: Candidate): Outcome => {
    const known = selectKnown.get(action.body.interactionId, revisionOf(action)) as {
      readonly cursor: number
      readonly text: string
    }
    if (known.cursor === cursor) return 'stored'
    if (sameContent(known.text, text)) return 'repeated'
    putAside(cursor, { outcome: 'conflicting', receivedAt, bytes: Buffer.from(text) })
    return 'conflicting'
  }

  /** Says whether all of them were new, and are stored now. A candidate that was not new has changed nothing. */
  const store = (candidates: readonly Candidate[]): boolean =>
    inserts[candidates.length - 1]?.run(...candidates.flatMap(columnsOf)).changes === candidates.length

  const begin = (arrival: Arrival, cursor: number, anyErased: boolean): Outcome | Candidate => {
    if (arrival.type === 'valid')
      return anyErased && erased.has(arrival.action.body.customerId) ? 'erased' : { cursor, arrival }
    putAside(cursor, { outcome: 'refused', ...arrival }, arrival.refusal)
    return 'refused'
  }

  const appendSome = (some: readonly Arrival[], first: number): readonly Outcome[] => {
    const anyErased = erased.any()
    const begun = some.map((arrival, index) => begin(arrival, first + index, anyErased))
    const allNew = store(begun.filter((one) => typeof one !== 'string'))
    return begun.map((one) => (typeof one === 'string' ? one : allNew ? 'stored' : outcomeOf(one)))
  }

  return (arrivals: readonly Arrival[], newest: number): readonly Outcome[] => {
    const outcomes: Outcome[] = []
    for (let from = 0; from < arrivals.length; from += mostRows)
      outcomes.push(...appendSome(arrivals.slice(from, from + mostRows), newest + 1 + from))
    writeNewest.run(newest + arrivals.length)
    return outcomes
  }
}

/** Returns a function that writes arrivals to an open database, all or none. They are on the disk when it returns. */
export const appendTo = (database: Database, erased: Erased, watch: FileWatch) => {
  const append = appendingIn(database, erased)
  const beginGeneration = beginningIn(database)
  const selectNewest = database.prepare('SELECT newest FROM sequence')
  let begun = false
  /** Read anew for each group: another process may have the same file open. */
  const readNewest = (): number => {
    const { newest } = selectNewest.get() as { readonly newest: number }
    watch.checkNewest(newest)
    return newest
  }
  return (arrivals: readonly Arrival[]): readonly Outcome[] => {
    const outcomes = inTransaction(database, () => {
      const newest = readNewest()
      if (!begun) beginGeneration()
      return append(arrivals, newest)
    })
    begun = true
    // The watch compares the next newest cursor with this one.
    readNewest()
    return outcomes
  }
}
