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

/** Reads the newest cursor that the file itself has, without its log. Throws when the file cannot be read. */
export type ReadFile = () => number

const used = (name: string): Error =>
  new Error(`${name} was replaced, moved, deleted or overwritten while it was in use: put it back, or start again`)

/**
 * Returns what throws when the file is overwritten. Only a checkpoint writes into it, of this process or of another,
 * and brings its newest cursor forward: a copy from before takes it back, and anything else cannot be read.
 */
const watchContent = (file: string, readFile: ReadFile): ((change: string) => void) => {
  let known = ''
  let newest = 0
  try {
    newest = readFile()
  } catch {
    // Node's own SQLite opens no such address before 22.15.
    return () => undefined
  }
  return (change) => {
    if (change === known) return
    const found = readFile()
    if (found < newest) throw used(file)
    newest = found
    known = change
  }
}

/**
 * Returns what throws when the data file or its log is not the one that was opened any more, since what is committed
 * then goes into a file without a name and is gone with the process; or when the file was overwritten.
 */
export const watchFile = (file: string, readFile: ReadFile): (() => void) => {
  if (inMemory(file)) return () => undefined
  const log = `${file}-wal`
  const [inode, logInode] = [inodeOf(file), inodeOf(log)]
  const checkContent = watchContent(file, readFile)
  return () => {
    const found = statSync(file, { throwIfNoEntry: false })
    if (found === undefined || found.ino !== inode) throw used(file)
    if (inodeOf(log) !== logInode) throw used(log)
    checkContent(`${String(found.size)} ${String(found.mtimeMs)}`)
  }
}
