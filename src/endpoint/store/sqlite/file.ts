import { chmodSync, closeSync, lstatSync, openSync, realpathSync, statSync } from 'node:fs'
import { readNewest } from './page'

/** Says whether a data file is only in memory. */
export const inMemory = (file: string): boolean => file === ':memory:' || file === ''

/** Throws if the name is a folder, a device or a pipe: `/dev/null` must not lose its permissions or its name. */
export const checkIsFile = (file: string): void => {
  const found = statSync(file, { throwIfNoEntry: false })
  if (found && !found.isFile()) throw new Error(`${file} is a folder, a device or a pipe, and no file`)
}

/** The advice for somebody who forgot `sudo`: a service's data folder is closed to all others. */
const unreachable = (file: string, cause: unknown): Error => {
  const code = (cause as NodeJS.ErrnoException).code ?? ''
  return new Error(`Cannot reach ${file} (${code}): do it as a user that can read and write it, such as root.`, {
    cause,
  })
}

/** Says whether there is a file of that name. Throws a sentence if this user cannot find out. */
export const isThere = (file: string): boolean => {
  try {
    statSync(file)
    return true
  } catch (cause) {
    if (/^(?:ENOENT|ENOTDIR)$/.test((cause as NodeJS.ErrnoException).code ?? '')) return false
    throw unreachable(file, cause)
  }
}

/** Throws a sentence if this user may not read, or not write, a file. SQLite's message says less. */
export const checkAccess = (file: string, mode: 'read' | 'write'): void => {
  try {
    closeSync(openSync(file, mode === 'read' ? 'r' : 'r+'))
  } catch (cause) {
    throw unreachable(file, cause)
  }
}

/** The number that identifies a file, whatever its name. `undefined` if there is no file of that name. */
export const inodeOf = (file: string): number | undefined => statSync(file, { throwIfNoEntry: false })?.ino

/** The file that a link points to: SQLite keeps the log beside that file. A link to no file is a name of its own. */
export const followLink = (file: string): string => {
  const isLink = lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true
  return isLink && inodeOf(file) !== undefined ? realpathSync(file) : file
}

/**
 * Lets only this user read a new file. An old file and its log lose the permissions for everybody. SQLite creates a log
 * with the permissions of the file. A log that a killed process has left behind keeps those of that time.
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

/** Watches a data file. */
export type FileWatch = {
  /** Throws if the file was replaced, moved, deleted or overwritten. */
  readonly check: () => void
  /** To be called when nothing has the file open any more: closing it releases all of this process's locks on it. */
  readonly end: () => void
}

/**
 * Returns a function that throws if the file is overwritten. Only a checkpoint writes into the file, of this process or
 * of another, and moves its newest cursor forward. An older copy moves it back, and any other file has none. Other
 * pages prove nothing: while somebody reads, a checkpoint leaves some of them unwritten.
 */
const watchContent = (file: string, descriptor: number, page: number): ((change: string, size: number) => void) => {
  let known = ''
  let largest = 0
  // The data of a new file may still be only in its log.
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
 * Throws if the data file, its log or the log's index is not the one that was opened: a commit would go into a file
 * without a name, and be lost with the process. Also throws if the file was overwritten. The locks of processes are on
 * the index (https://sqlite.org/walformat.html#walidxlocks): without it, a later process would empty the log under this
 * one. `page` contains the newest cursor.
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
