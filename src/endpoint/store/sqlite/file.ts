import { chmodSync, closeSync, lstatSync, openSync, realpathSync, statSync } from 'node:fs'
import { readNewest } from './page'

/** Says whether a data file is none, but memory. */
export const inMemory = (file: string): boolean => file === ':memory:' || file === ''

/** Throws when there is a folder, a device or a pipe of that name: `/dev/null` must not lose its rights or its name. */
export const checkIsFile = (file: string): void => {
  const found = statSync(file, { throwIfNoEntry: false })
  if (found && !found.isFile()) throw new Error(`${file} is a folder, a device or a pipe, and no file`)
}

/** What somebody can do who forgot `sudo`: a service's data folder is closed to all others. */
const unreachable = (file: string, cause: unknown): Error => {
  const code = (cause as NodeJS.ErrnoException).code ?? ''
  return new Error(`Cannot reach ${file} (${code}): do it as a user that can read and write it, such as root.`, {
    cause,
  })
}

/** Says whether there is a file of that name. Throws a sentence where this user cannot know. */
export const isThere = (file: string): boolean => {
  try {
    statSync(file)
    return true
  } catch (cause) {
    if (/^(?:ENOENT|ENOTDIR)$/.test((cause as NodeJS.ErrnoException).code ?? '')) return false
    throw unreachable(file, cause)
  }
}

/** Throws a sentence if this user may not read a file, or not write it. SQLite says less. */
export const checkAccess = (file: string, mode: 'read' | 'write'): void => {
  try {
    closeSync(openSync(file, mode === 'read' ? 'r' : 'r+'))
  } catch (cause) {
    throw unreachable(file, cause)
  }
}

/** What the file system knows a file by, whatever its name. `undefined` when there is none of that name. */
export const inodeOf = (file: string): number | undefined => statSync(file, { throwIfNoEntry: false })?.ino

/** The file that a link leads to: SQLite keeps the log beside that one. A link to nothing is a name of its own. */
export const followLink = (file: string): string => {
  const isLink = lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true
  return isLink && inodeOf(file) !== undefined ? realpathSync(file) : file
}

/**
 * Lets only this user read a new file, and never everybody an old one, nor its log. SQLite gives a log the rights of
 * the file; one that a killed process has left behind keeps those of that time.
 */
export const makePrivate = (file: string): void => {
  checkIsFile(file)
  closeSync(openSync(file, 'a', 0o600))
  for (const name of [file, `${followLink(file)}-wal`]) {
    const { mode = 0 } = statSync(name, { throwIfNoEntry: false }) ?? {}
    if ((mode & 0o007) !== 0) chmodSync(name, mode & 0o770)
  }
}

const used = (name: string): Error =>
  new Error(`${name} was replaced, moved, deleted or overwritten while it was in use: put it back, or start again`)

/** What keeps an eye on a data file. */
export type FileWatch = {
  /** Throws when the file is not what it was any more. */
  readonly check: () => void
  /** To be called when nothing has the file open any more: closing it lets go of all of this process's locks on it. */
  readonly end: () => void
}

/**
 * Returns what throws when the file is overwritten. Only a checkpoint writes into it, of this process or of another,
 * and brings its newest cursor forward: a copy from before takes it back, and anything else has none. Other pages say
 * nothing: as long as somebody reads, a checkpoint leaves some of them behind.
 */
const watchContent = (file: string, descriptor: number, page: number): ((change: string, size: number) => void) => {
  let known = ''
  let largest = 0
  // A new file may have everything in its log still.
  let newest = readNewest(descriptor, page)
  return (change, size) => {
    if (change === known) return
    const found = readNewest(descriptor, page)
    if (size < largest || (newest !== undefined && (found === undefined || found < newest))) throw used(file)
    known = change
    newest = found
    largest = size
  }
}

/**
 * Watches whether the data file, its log and the log's index are those that were opened, since what is committed to
 * another goes into a file without a name and is gone with the process; and whether the file was overwritten. The locks
 * of processes are on the index (https://sqlite.org/walformat.html#walidxlocks): without it, one that comes later
 * empties the log under this one. `page` has the newest cursor.
 */
export const watchFile = (file: string, page: number): FileWatch => {
  if (inMemory(file)) return { check: () => undefined, end: () => undefined }
  const target = followLink(file)
  const opened = [file, `${target}-wal`, `${target}-shm`].map((name) => ({ name, inode: inodeOf(name) }))
  const descriptor = openSync(file, 'r')
  const checkContent = watchContent(file, descriptor, page)
  const check = (): void => {
    for (const { name, inode } of opened) if (inodeOf(name) !== inode) throw used(name)
    const { size, mtimeMs } = statSync(file)
    checkContent(`${String(size)} ${String(mtimeMs)}`, size)
  }
  return {
    check,
    end: () => {
      closeSync(descriptor)
    },
  }
}
