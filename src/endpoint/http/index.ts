import { createHandler, type Endpoint, type HandlerOptions } from './endpoint'
import { createPostgresStore } from '../store/postgres/store'
import { createSqliteStore } from '../store/sqlite/store'
import type { Store } from '../store/store'

export type { Endpoint } from './endpoint'

/** How to set up an endpoint. */
export type EndpointOptions = HandlerOptions & {
  /**
   * The SQLite file to keep events in, made with its folder if it is not there. `:memory:` keeps them until `close`.
   * @default 'data/wasabi.sqlite'
   */
  readonly file?: string
  /** The PostgreSQL database to keep events in instead, as in `postgres://user:password@host:5432/database`. */
  readonly database?: string
}

/** Opens the store that the options name. Rejects with a sentence that says what to do when it cannot be used. */
export const openStore = ({
  file = 'data/wasabi.sqlite',
  database,
}: Pick<EndpointOptions, 'file' | 'database'>): Promise<Store> =>
  database === undefined ? createSqliteStore(file) : createPostgresStore(database)

/**
 * Creates an endpoint over its own store. Rejects with a sentence that says what to do when the store cannot be used.
 *
 * @example
 * const endpoint = await createEndpoint()
 * createServer((request, response) => endpoint.handle(request, response) || response.writeHead(404).end())
 */
export const createEndpoint = async (options: EndpointOptions = {}): Promise<Endpoint> =>
  createHandler(await openStore(options), options)
