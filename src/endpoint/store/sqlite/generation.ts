import { randomBytes } from 'node:crypto'
import type { Database } from './database'

const freshName = (): string => randomBytes(4).toString('hex')

/** An expression for the name of the generation that a cursor belongs to. */
export const generationOf = (cursor: string): string =>
  `(SELECT name FROM generation WHERE first <= ${cursor} ORDER BY first DESC LIMIT 1)`

/**
 * Returns a function that begins a generation with the next cursor, in an open transaction. Each process that stores
 * events begins one, and each cursor contains the name of its own. So a copy of the data file that is used later knows
 * the cursors from before the copy was made, and refuses later ones, which precede other events there.
 */
export const beginningIn = (database: Database): (() => void) => {
  const insert = database.prepare('INSERT OR REPLACE INTO generation SELECT newest + 1, ? FROM sequence')
  const name = freshName()
  return () => {
    insert.run(name)
  }
}

/** Makes the store a new one to its readers: all earlier cursors are refused. */
export const forgetGenerations = (database: Database): void => {
  database.exec('DELETE FROM generation')
  database.prepare('INSERT INTO generation VALUES (0, ?)').run(freshName())
}
