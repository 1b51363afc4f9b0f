import { createHandler, type Endpoint } from './handler'
import { createSqliteStore } from './sqlite-store'

export type { Endpoint } from './handler'

/** How to set up an endpoint. */
export type EndpointOptions = {
  /**
   * The SQLite file to keep events in, made with its folder if it is not there. `:memory:` keeps them until `close`.
   * @default 'data/wasabi.sqlite'
   */
  readonly file?: string
}

/**
 * Creates an endpoint over its own store. Rejects with a sentence that says what to do when the store cannot be used.
 *
 * @example
 * const endpoint = await createEndpoint()
 * createServer((request, response) => endpoint.handle(request, response) || response.writeHead(404).end())
 */
export const createEndpoint = async ({ file = 'data/wasabi.sqlite' }: EndpointOptions = {}): Promise<Endpoint> =>
  createHandler(await createSqliteStore(file))
