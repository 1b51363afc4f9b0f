import { createPostgresStore } from './postgres/store'
import { createSqliteStore } from './sqlite/store'
import type { Store } from './store'

/** Where events are kept. */
export type StorePlace = {
  /**
   * The SQLite file to keep events in, made with its folder if it is not there. `:memory:` keeps them until `close`.
   * @default 'data/wasabi.sqlite'
   */
  readonly file?: string
  /** The PostgreSQL database to keep events in instead, as in `postgres://user:password@host:5432/database`. */
  readonly database?: string
}

/** Opens a store. Rejects with a sentence that says what to do when it cannot be used. */
export const openStore = ({ file = 'data/wasabi.sqlite', database }: StorePlace): Promise<Store> =>
  database === undefined ? createSqliteStore(file) : createPostgresStore(database)
