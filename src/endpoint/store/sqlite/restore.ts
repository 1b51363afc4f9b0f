import { chmodSync, copyFileSync, existsSync, linkSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { isDigest } from '../person'
import { isForbidden, isFull } from './codes'
import { closeSqlite, hasTables, isInUse, openDatabase, openToRead, type Database } from './database'
import { checkAccess, checkIsFile, followLink, inodeOf, isThere } from './file'
import { forgetGenerations } from './generation'
import { createSqliteStore } from './store'

/** The result of a restore. */
export type Restored = {
  /** The number of events now. */
  readonly events: number
  /** The path of the replaced data file. */
  readonly replaced: string | undefined
  /** The reason why the replaced file's list of erased ids could not be read to its end. */
  readonly trouble: string | undefined
}

/** The digests of erased ids that could be read, and the reason if these are not all. */
type ErasedIds = { readonly digests: readonly string[]; readonly trouble: string | undefined }

/** Copies a backup beside the data file, and checks that it is whole. A log beside the backup has its last events. */
const copyBackup = async (backup: string, copy: string): Promise<void> => {
  for (const part of ['', '-wal']) if (existsSync(backup + part)) copyFileSync(backup + part, copy + part)
  chmodSync(copy, 0o600)
  const database = await openDatabase(copy)
  const ours = hasTables(database)
  closeSqlite(database)
  if (!ours) throw new Error('it is no data file of wasabi')
}

const hasErased = (database: Database): boolean =>
  database.prepare(`SELECT 1 FROM sqlite_master WHERE name = 'erased'`).get() !== undefined

/**
 * Reads the digests of erased ids in a data file, and nothing else: the file may be damaged, which may be why a backup
 * is needed. A file of an older version has no such list.
 */
const erasedIn = async (file: string): Promise<ErasedIds> => {
  const digests: string[] = []
  let trouble: string | undefined
  try {
    const database = await openToRead(file)
    try {
      if (!hasTables(database)) trouble = 'it has no tables of wasabi'
      const rows = hasErased(database) ? database.prepare('SELECT digest FROM erased ORDER BY digest').iterate() : []
      for (const { digest } of rows as Iterable<{ readonly digest: unknown }>) {
        // SQLite does not notice damage within a value.
        if (typeof digest === 'string' && isDigest(digest)) digests.push(digest)
        else trouble = 'some digests are damaged'
      }
    } finally {
      database.close()
    }
  } catch (error) {
    trouble = (error as Error).message
  }
  return { digests, trouble }
}

/** Brings the tables up to date, and erases again the ids that were erased since. Returns the number of events. */
const prepareCopy = async (copy: string, erased: readonly string[]): Promise<number> => {
  const store = await createSqliteStore(copy)
  await store.addErased(erased)
  if (erased.length > 0) await store.sweepErased()
  await store.close()
  const database = await openDatabase(copy)
  forgetGenerations(database)
  const { count } = database.prepare('SELECT count(*) AS count FROM event').get() as { readonly count: number }
  closeSqlite(database)
  return count
}

/** Replaces the data file with the copy. A file of that name exists at any moment. */
const replace = (file: string, copy: string): string | undefined => {
  const replaced = `${file}.${new Date().toISOString().replaceAll(/[:.]/g, '-')}`
  const wasThere = existsSync(file)
  if (wasThere) linkSync(file, replaced)
  // Only a damaged file still has a log.
  if (existsSync(`${file}-wal`)) renameSync(`${file}-wal`, `${replaced}-wal`)
  rmSync(`${file}-shm`, { force: true })
  renameSync(copy, file)
  return wasThere ? replaced : undefined
}

const checkPlaces = async (backup: string, file: string): Promise<void> => {
  if (!isThere(backup)) throw new Error(`There is no file ${backup}: name the backup to restore.`)
  checkIsFile(backup)
  checkAccess(backup, 'read')
  if (!isThere(file)) return
  checkIsFile(file)
  checkAccess(file, 'write')
  if (inodeOf(backup) === inodeOf(file)) throw new Error(`${backup} is DATA_FILE itself: name the backup to restore.`)
  if (await isInUse(file))
    throw new Error(`${file} is in use: stop the endpoint first, and start it after the restore.`)
}

const putInPlace = async (backup: string, file: string): Promise<Restored> => {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const copy = `${file}.restoring`
  const removeCopy = (): void => {
    for (const part of ['', '-wal', '-shm']) rmSync(copy + part, { force: true })
  }
  removeCopy()
  try {
    await copyBackup(backup, copy)
    const { digests, trouble } = existsSync(file) ? await erasedIn(file) : { digests: [], trouble: undefined }
    const events = await prepareCopy(copy, digests)
    return { events, replaced: replace(file, copy), trouble }
  } finally {
    removeCopy()
  }
}

const helpFor = (cause: unknown): string => {
  if (isFull(cause)) return 'make room on the disk, and try again'
  return isForbidden(cause)
    ? 'do it as a user that can write DATA_FILE and its folder, such as root'
    : 'name another backup'
}

/**
 * Replaces a data file with a backup. It is a new store to its readers, and refuses their earlier cursors. If the
 * restore fails, rejects with a sentence, and changes nothing.
 */
export const restoreSqlite = async (backup: string, file: string): Promise<Restored> => {
  await checkPlaces(backup, file)
  try {
    // The names may be links, to the newest backup or to another disk: the files that they point to are used.
    return await putInPlace(followLink(backup), followLink(file))
  } catch (cause) {
    const { message } = cause as Error
    throw new Error(`Cannot restore ${backup} (${message}): ${helpFor(cause)}.`, { cause })
  }
}
