import type { ForwardStore } from '../forward'
import type { Store } from '../store'
import { appendTo } from './append'
import { closeSqlite, emptyLog, inTransaction, leaveOpen, openDatabase, type Database } from './database'
import { isDamaged, isFull, isLocked } from './codes'
import { createErased } from './erased'
import { createErasure } from './erase'
import { createExpiry } from './expire'
import { watchFile, type FileWatch } from './file'
import { createSqliteForward } from './forward'
import { createSqliteReader, numberOf } from './read'
import { prepareSqlite } from './schema'
import { createSqliteSummary } from './summary'

const helpFor = (cause: unknown): string => {
  if (isFull(cause)) return 'make room on the disk, and try again'
  if (isLocked(cause)) return 'end the other process that keeps it locked, or try again'
  return isDamaged(cause)
    ? 'bring a backup back with wasabi-endpoint restore, or set DATA_FILE to a new file and import the last export'
    : 'set DATA_FILE to a file that this user can write, new or made by wasabi'
}

/** The sentence for a data file that cannot be used. */
export const cannotUse = (file: string, cause: unknown): Error => {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new Error(`Cannot use ${file} as the data file (${reason}): ${helpFor(cause)}.`, { cause })
}

/**
 * Opens a data file with its tables. Creates it and its folder if needed. Rejects with a sentence that says what to do.
 */
export const openSqlite = async (file: string): Promise<Database> => {
  let database: Database | undefined
  try {
    database = await openDatabase(file)
    prepareSqlite(database)
    return database
  } catch (cause) {
    database?.close()
    throw cannotUse(file, cause)
  }
}

/** Milliseconds until the next attempt to empty the log, if another process was reading it, or the disk was full. */
const pause = 200

/**
 * Returns a function that empties the log after an erasure: deleted rows remain in the log until it begins anew
 * (https://sqlite.org/wal.html). While another process reads from the log, or the disk is full, it tries again. The
 * erasure itself succeeds in any case.
 */
const createCleaner = (database: Database, watch: FileWatch) => {
  let timer: NodeJS.Timeout | undefined
  const isClean = (): boolean => {
    try {
      watch.check()
      return emptyLog(database)
    } catch {
      return false
    }
  }
  const clean = (): void => {
    clearTimeout(timer)
    if (database.isOpen && !isClean()) timer = setTimeout(clean, pause).unref()
  }
  return clean
}

const discardFrom = (database: Database): Store['discard'] => {
  const deleteAside = database.prepare('DELETE FROM aside WHERE cursor = ?')
  return async (cursors) => {
    inTransaction(database, () => {
      for (const cursor of cursors) deleteAside.run(numberOf(cursor))
    })
  }
}

/** Takes the write lock and writes nothing new. */
const touch = (database: Database, { checkNewest }: FileWatch): void => {
  const update = database.prepare('UPDATE sequence SET newest = newest RETURNING newest')
  inTransaction(database, () => {
    checkNewest((update.get() as { readonly newest: number }).newest)
  })
}

type Work<Values extends readonly unknown[], Result> = (...values: Values) => Result | Promise<Result>

/**
 * Returns a function that checks the file before and after some work. Work in a file that was overwritten would mix the
 * two, and a commit to a file without a name must not be acknowledged.
 */
const checkedBy =
  (watch: FileWatch) =>
  <Values extends readonly unknown[], Result>(work: Work<Values, Result>) =>
  async (...values: Values): Promise<Result> => {
    watch.check()
    const result = await work(...values)
    watch.check()
    return result
  }

type Checked = ReturnType<typeof checkedBy>

const forwardIn = (database: Database, checked: Checked): ForwardStore => {
  const forward = createSqliteForward(database)
  return {
    ...forward,
    savePosition: checked(forward.savePosition),
    setAside: checked(forward.setAside),
    takeBack: checked(forward.takeBack),
    forget: checked(forward.forget),
  }
}

/** Stores everything in one SQLite file. If it cannot be used, rejects with a sentence that says what to do. */
export const createSqliteStore = async (file: string): Promise<Store> => {
  const database = await openSqlite(file)
  const erased = createErased(database)
  const { erase, sweep } = createErasure(database, erased)
  const watch = watchFile(file)
  const clean = createCleaner(database, watch)
  // The log may still contain rows that a killed process has erased.
  clean()
  const checked = checkedBy(watch)
  const { expire, retentionTime, setRetentionTime } = createExpiry(database)

  return {
    append: checked(appendTo(database, erased, watch)),
    commitsElsewhere: false,
    ...createSqliteReader(database),
    discard: checked(discardFrom(database)),
    erase: checked((request) => erase(request).finally(clean)),
    erased: async (page) => erased.page(page),
    isErased: async (customerId) => erased.has(customerId),
    readmit: checked(erased.remove),
    addErased: checked(erased.add),
    sweepErased: checked(() => sweep().finally(clean)),
    // One counter assigns the cursors, within the transactions.
    settle: () => Promise.resolve(),
    expire: checked(expire),
    retentionTime,
    setRetentionTime: checked(setRetentionTime),
    forward: forwardIn(database, checked),
    summary: createSqliteSummary(file, database),
    check: checked(() => {
      touch(database, watch)
    }),
    close: async () => {
      if (watch.isOverwritten()) leaveOpen(database)
      else closeSqlite(database)
      watch.end()
    },
  }
}
