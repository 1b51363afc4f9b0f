import { createPostgresStore, isPostgresStore } from './postgres/store'
import { isThere } from './sqlite/file'
import { isSqliteStore } from './sqlite/known'
import { createSqliteStore } from './sqlite/store'
import type { Store } from './store'

/** The place where events are stored. */
export type StorePlace = {
  /**
   * The SQLite file to store events in. It is created with its folder if it does not exist. `:memory:` keeps events
   * until `close`.
   * @default 'data/wasabi.sqlite'
   */
  readonly file?: string
  /** The PostgreSQL database to store events in instead, as in `postgres://user:password@host:5432/database`. */
  readonly database?: string
}

const usualFile = 'data/wasabi.sqlite'

/** Opens a store. If it cannot be used, rejects with a sentence that says what to do. */
export const openStore = ({ file = usualFile, database }: StorePlace): Promise<Store> =>
  database === undefined ? createSqliteStore(file) : createPostgresStore(database)

/**
 * Opens a store that exists. With a typo in its name, a new and empty one would be made: a command would read nothing,
 * and nobody would notice. Rejects with a sentence, and changes nothing, if there is no store.
 */
export const openKnownStore = async (place: StorePlace): Promise<Store> => {
  const { file = usualFile, database } = place
  if (database === undefined && !isThere(file))
    throw new Error(`There is no file ${file}: set DATA_FILE to the file of the endpoint.`)
  if (!(await (database === undefined ? isSqliteStore(file) : isPostgresStore(database))))
    throw new Error(
      database === undefined
        ? `${file} has no tables of wasabi: set DATA_FILE to the file of the endpoint.`
        : 'The database of DATABASE_URL has no tables of wasabi: set DATABASE_URL to the database of the endpoint.',
    )
  return openStore(place)
}
