import { wordsOf, type Log } from '../log'

/** Returns what tells of the first commit that fails, and of the first one that does not any more. */
export const createCommitLog = (log: Log) => {
  let failing = false
  return (error: unknown): void => {
    const fails = error !== undefined
    if (fails && !failing) log({ event: 'cannot commit', message: wordsOf(error) })
    if (!fails && failing) log({ event: 'commits again' })
    failing = fails
  }
}
