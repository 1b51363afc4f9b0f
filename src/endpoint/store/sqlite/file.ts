import { chmodSync, closeSync, openSync, statSync } from 'node:fs'

/** Says whether a data file is none, but memory. */
export const inMemory = (file: string): boolean => file === ':memory:' || file === ''

/** Lets only this user read a new file, and never everybody an old one. SQLite gives its log the rights of the file. */
export const makePrivate = (file: string): void => {
  closeSync(openSync(file, 'a', 0o600))
  const { mode } = statSync(file)
  if ((mode & 0o007) !== 0) chmodSync(file, mode & 0o770)
}

/** What the file system knows a file by, whatever its name. `undefined` when there is none of that name. */
export const inodeOf = (file: string): number | undefined => statSync(file, { throwIfNoEntry: false })?.ino

/**
 * Returns what throws when the data file or its log is not the one that was opened any more: what is committed then
 * goes into a file without a name, and is gone with the process.
 */
export const watchFile = (file: string): (() => void) => {
  if (inMemory(file)) return () => undefined
  const parts = [file, `${file}-wal`].map((name) => ({ name, inode: inodeOf(name) }))
  return () => {
    for (const { name, inode } of parts)
      if (inodeOf(name) !== inode)
        throw new Error(`${name} was replaced, moved or deleted while it was in use: put it back, or start again`)
  }
}
