import { readSync } from 'node:fs'

/** The state of checkpoints: it changes with each of them. `finished` is false while one is under way, or failed. */
export type Checkpoints = { readonly state: string; readonly finished: boolean }

/**
 * Reads the state of checkpoints from the index of a log: the salt of the log, the number of frames that were written
 * into the data file, and of those that are or were to be. https://sqlite.org/walformat.html#the_wal_index_header
 */
export const readCheckpoints = (index: number): Checkpoints => {
  const header = Buffer.alloc(136)
  readSync(index, header, 0, header.length, 0)
  const [salt, written, begun] = [header.subarray(32, 40), header.subarray(96, 100), header.subarray(128, 132)]
  const state = [salt, written, begun].map((part) => part.toString('hex')).join(' ')
  return { state, finished: written.equals(begun) }
}
