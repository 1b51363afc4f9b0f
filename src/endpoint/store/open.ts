import { createPostgresStore } from './postgres/store'
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

/** Opens a store. If it cannot be used, rejects with a sentence that says what to do. */
export const openStore = ({ file = 'data/wasabi.sqlite', database }: StorePlace): Promise<Store> =>
  database === undefined ? createSqliteStore(file) : createPostgresStore(database)
