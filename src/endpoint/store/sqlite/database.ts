import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DatabaseSyncInstance } from '@photostructure/sqlite'
import { corrupt, isLocked } from './codes'
import { inMemory, makePrivate } from './file'

/** An open SQLite database. */
export type Database = DatabaseSyncInstance

type Sqlite = { readonly DatabaseSync: new (file: string, options?: { readonly readOnly: boolean }) => Database }

/**
 * Node contains SQLite from 22.13 on, and `getBuiltinModule` from 20.16 on. In earlier versions a package provides the
 * same calls.
 */
const loadSqlite = async (): Promise<Sqlite> => {
  const { getBuiltinModule } = process as { readonly getBuiltinModule?: (name: string) => unknown }
  return (getBuiltinModule?.('node:sqlite') as Sqlite | undefined) ?? (await import('@photostructure/sqlite'))
}

const databaseOf = new WeakMap<object, Database>()

/**
 * Keeps the database in memory as long as its statements, as Node itself does. In `@photostructure/sqlite` 1.2, a
 * statement that runs after its database was collected reads freed memory, and can end the process.
 */
const keptByStatements = (database: Database): Database => {
  const prepare = database.prepare.bind(database)
  return Object.defineProperty(database, 'prepare', {
    value: (text: string) => {
      const statement = prepare(text)
      databaseOf.set(statement, database)
      return statement
    },
  })
}

/** Milliseconds that a statement waits for the lock of another process. */
const patience = 5000

// In WAL mode, FULL makes a commit survive a power cut: https://sqlite.org/pragma.html#pragma_synchronous
// Erased data is overwritten, not only released: https://sqlite.org/pragma.html#pragma_secure_delete
// A page of an index is written to the file once for many commits, and stays in memory for the next:
// 16 MB of log, 32 MB of memory.
const settings = `
  PRAGMA busy_timeout = ${String(patience)}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
  PRAGMA secure_delete = ON; PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -32000;
`

/** Runs the work of one transaction. All of it is on the disk when this returns, and none of it if this throws. */
export const inTransaction = <Result>(database: Database, work: () => Result): Result => {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    // On a full disk SQLite has rolled back by itself: https://sqlite.org/lang_transaction.html
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

const withoutWaiting = <Result>(database: Database, work: () => Result): Result => {
  database.exec('PRAGMA busy_timeout = 0')
  try {
    return work()
  } finally {
    database.exec(`PRAGMA busy_timeout = ${String(patience)}`)
  }
}

/**
 * Moves the whole log into the file and empties it. Returns `false` if another process reads from the log at the
 * moment: waiting for it would block the event loop. https://sqlite.org/pragma.html#pragma_wal_checkpoint
 */
export const emptyLog = (database: Database): boolean =>
  withoutWaiting(database, () => {
    const { busy } = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() as { readonly busy: number }
    return busy === 0
  })

/** Closes the database, and leaves one whole file that can be copied, unless another process has it open. */
export const closeSqlite = (database: Database): void => {
  if (!database.isOpen) return
  try {
    emptyLog(database)
    withoutWaiting(database, () => {
      database.exec('PRAGMA journal_mode = DELETE')
    })
  } catch {
    // Another process uses the file, or the disk is full: committed data is safe in the log.
  }
  database.close()
}

/**
 * Leaves a database open to the end of the process: closing would write its log into the file, which has another
 * content by now. Without this, a database is closed when nothing refers to it any more, or when Node ends by itself.
 */
export const leaveOpen = (database: Database): void => {
  // This listener refers to the database for good, and ends the process before Node closes what is open.
  process.once('exit', (code) => {
    if (database.isOpen) process.exit(code)
  })
}

/** The first fault in the file. Reading all of the file takes about a second for each gigabyte. */
const damageIn = (database: Database): string | undefined => {
  const row = database.prepare('PRAGMA quick_check(1)').get() as { readonly quick_check: string }
  return row.quick_check === 'ok' ? undefined : row.quick_check
}

const openNow = ({ DatabaseSync }: Sqlite, file: string): Database => {
  const database = keptByStatements(new DatabaseSync(file))
  try {
    database.exec(settings)
    const damage = damageIn(database)
    if (damage !== undefined) throw Object.assign(new Error(`it is damaged: ${damage}`), { errcode: corrupt })
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** Milliseconds between two attempts to open a file that another process has locked. */
const openingPause = 50

/**
 * Opens an undamaged database. Rejects if it is damaged, no database, or locked for five seconds. SQLite itself does
 * not wait when a reader begins to write, as in the change to WAL mode: two of them would wait for each other
 * (https://sqlite.org/c3ref/busy_handler.html).
 */
export const openDatabase = async (file: string): Promise<Database> => {
  const sqlite = await loadSqlite()
  if (!inMemory(file)) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    makePrivate(file)
  }
  const deadline = performance.now() + patience
  for (;;) {
    try {
      return openNow(sqlite, file)
    } catch (error) {
      if (!isLocked(error) || performance.now() > deadline) throw error
      await new Promise((resolve) => setTimeout(resolve, openingPause))
    }
  }
}

/** Opens a database to read it, even if it is damaged. The file and its log stay as they are. */
export const openToRead = async (file: string): Promise<Database> => {
  const { DatabaseSync } = await loadSqlite()
  const database = keptByStatements(new DatabaseSync(file, { readOnly: true }))
  database.exec(`PRAGMA busy_timeout = ${String(patience)}`)
  return database
}

/** Says whether a database has the tables of a store, of any version. */
export const hasTables = (database: Database): boolean => {
  const text = `SELECT count(*) AS count FROM sqlite_master WHERE name IN ('event', 'aside', 'sequence')`
  return (database.prepare(text).get() as { readonly count: number }).count === 3
}

/** Says whether another process has a data file open. Leaves one whole file when none has. */
export const isInUse = async (file: string): Promise<boolean> => {
  const { DatabaseSync } = await loadSqlite()
  const database = new DatabaseSync(file)
  try {
    // Only a connection that has the file alone can leave WAL mode: https://sqlite.org/wal.html
    database.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = DELETE')
    return false
  } catch (error) {
    return isLocked(error)
  } finally {
    database.close()
  }
}
