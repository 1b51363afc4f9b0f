import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DatabaseSyncInstance } from '@photostructure/sqlite'
import { prepareSqlite } from './schema'

type Sqlite = { readonly DatabaseSync: new (file: string) => DatabaseSyncInstance }

/** Node has SQLite built in from 22.13 on, and this way to ask for it from 20.16 on; before, a package brings the same calls. */
const loadSqlite = async (): Promise<Sqlite> => {
  const { getBuiltinModule } = process as { readonly getBuiltinModule?: (name: string) => unknown }
  return (getBuiltinModule?.('node:sqlite') as Sqlite | undefined) ?? (await import('@photostructure/sqlite'))
}

// In WAL mode, FULL is what makes a commit outlast a power cut: https://sqlite.org/pragma.html#pragma_synchronous
// What is erased is overwritten, not only let go of: https://sqlite.org/pragma.html#pragma_secure_delete
// A page of an index is written to the file once for many commits, and is at hand for the next: 16 MB of log, 32 MB of memory.
const settings = `
  PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;
  PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -32000;
`

const open = async (file: string): Promise<DatabaseSyncInstance> => {
  const { DatabaseSync } = await loadSqlite()
  mkdirSync(dirname(file), { recursive: true })
  const database = new DatabaseSync(file)
  try {
    database.exec(settings)
    prepareSqlite(database)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** Opens the data file, made with its folder if need be. Rejects with a sentence that says what to do. */
export const openSqlite = async (file: string): Promise<DatabaseSyncInstance> => {
  try {
    return await open(file)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(
      `Cannot use ${file} as the data file (${reason}): set DATA_FILE to a file that this user can write, new or made by wasabi.`,
      { cause },
    )
  }
}
