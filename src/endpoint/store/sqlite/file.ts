import { chmodSync, closeSync, fstatSync, lstatSync, openSync, realpathSync, statSync } from 'node:fs'
import { readCheckpoints } from './checkpoint'

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

const used = (name: string, how: string): Error =>
  new Error(`${name} was ${how} while it was in use: put it back, or start again`)

const overwritten = (file: string): Error =>
  new Error(`${file} was overwritten while it was in use: stop, and bring a backup back with wasabi-endpoint restore`)

/** Milliseconds between two looks at the file: a checkpoint hides what was written since the last look. */
const lookEvery = 1000

/** Watches a data file. */
export type FileWatch = {
  /** Throws if the file was replaced, moved, deleted or overwritten. */
  readonly check: () => void
  /** Throws if the newest cursor is lower than at the last call: an older copy was written over the file. */
  readonly checkNewest: (newest: number) => void
  /** Says whether the file was found overwritten: closing the database would write its log into that file. */
  readonly isOverwritten: () => boolean
  /** To be called when nothing has the file open any more: this releases all of this process's locks on it. */
  readonly end: () => void
}

/**
 * Returns functions that say whether the file was overwritten, ever since. In WAL mode, SQLite writes there only in a
 * checkpoint (https://sqlite.org/wal.html#ckpt). Anything else that writes there is noticed by the time of the file, or
 * by a newest cursor that is lower than before.
 */
const watchWrites = (file: number, index: number) => {
  const timeOf = (): string => {
    const { size, mtimeMs } = fstatSync(file)
    return `${String(size)} ${String(mtimeMs)}`
  }
  let known = { checkpoints: readCheckpoints(index), time: timeOf() }
  let foreign = false
  const isOverwritten = (): boolean => {
    // Read on both sides of the time: another process may finish a checkpoint in between.
    const before = readCheckpoints(index)
    const time = timeOf()
    const after = readCheckpoints(index)
    const isQuiet = [before, after].every(({ state, finished }) => finished && state === known.checkpoints.state)
    foreign ||= isQuiet && time !== known.time
    known = { checkpoints: before, time }
    return foreign
  }
  let newestBefore = 0
  return {
    isOverwritten,
    isOlder: (newest: number): boolean => {
      foreign ||= newest < newestBefore
      newestBefore = newest
      return foreign
    },
  }
}

/**
 * Throws if the data file, its log or the log's index is not the one that was opened: a commit would go into a file
 * without a name, and be lost with the process. Also throws if the file was overwritten. The locks of processes are on
 * the index (https://sqlite.org/walformat.html#walidxlocks): without it, a later process would empty the log under this
 * one.
 */
export const watchFile = (file: string): FileWatch => {
  const nothing = (): void => undefined
  if (inMemory(file)) return { check: nothing, checkNewest: nothing, isOverwritten: () => false, end: nothing }
  const target = followLink(file)
  const opened = [file, `${target}-wal`, `${target}-shm`].map((name) => ({ name, inode: inodeOf(name) }))
  const descriptors = { file: openSync(file, 'r'), index: openSync(`${target}-shm`, 'r') }
  const { isOverwritten, isOlder } = watchWrites(descriptors.file, descriptors.index)
  const timer = setInterval(isOverwritten, lookEvery).unref()
  return {
    check: () => {
      for (const { name, inode } of opened) if (inodeOf(name) !== inode) throw used(name, 'replaced, moved or deleted')
      if (isOverwritten()) throw overwritten(file)
    },
    checkNewest: (newest) => {
      if (isOlder(newest)) throw overwritten(file)
    },
    isOverwritten,
    end: () => {
      clearInterval(timer)
      for (const descriptor of Object.values(descriptors)) closeSync(descriptor)
    },
  }
}
