import { existsSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { createEndpoint } from '../src/endpoint/http/endpoint'
import { homeOf, isOurs } from './hosts'
import { createLive } from './live'
import { servePage } from './pages'
import { createVisitors } from './visitors'

/** Milliseconds until connections are cut: requests that a visitor lets hang would keep the demo from closing. */
const PATIENCE = 1000

/** The demo's pages, at the paths that are not the endpoint's. */
const createPages = (file: string): RequestListener => {
  const visitors = createVisitors(!existsSync(file))
  return ({ method, url = '/', headers }, response) => {
    const [path = '/'] = url.split('?', 1)
    // A page that posts to a mistyped address must not read a file as a receipt.
    const { cookie = '', host = '' } = headers
    if (method === 'GET' || method === 'HEAD')
      void servePage({ path, visitor: () => visitors.read({ cookie, host }) }, response)
    else response.writeHead(405, { allow: 'GET, HEAD' }).end()
  }
}

/** Ends all connections and the server. */
const end = async (server: Server): Promise<void> => {
  const closed = new Promise((resolve) => server.close(resolve))
  server.closeIdleConnections()
  const impatience = setTimeout(() => {
    server.closeAllConnections()
  }, PATIENCE)
  await closed
  clearTimeout(impatience)
}

/** The demo: its pages and the endpoint in one server, which does not listen yet. */
export const createDemo = async (file: string) => {
  const endpoint = await createEndpoint({ file, elsewhere: createPages(file) })
  const handle: RequestListener = (request, response) => {
    endpoint.routing(request, response)
  }
  const live = createLive(handle, () => {
    server.closeIdleConnections()
  })
  let isStopping = false

  const serve = (request: IncomingMessage, response: ServerResponse) => {
    const { method, url = '/', headers } = request
    const [path = '/'] = url.split('?', 1)
    const { host = '' } = headers
    const isChange = method === 'POST' && path === '/demo/weather'
    // If a reused connection ends, a browser sends its request again by itself, once for each connection that it has:
    // https://source.chromium.org/search?q=HttpNetworkTransaction::ShouldResendRequest
    if (isChange || !live.isUp()) response.shouldKeepAlive = false
    if (isStopping) {
      // The endpoint's store may be closed already.
      response.writeHead(503).end()
      return
    }
    if (!isOurs(host)) {
      response.writeHead(403, { 'content-type': 'text/plain' }).end('The demo answers to names of this machine only.')
      return
    }
    const home = method === 'GET' ? homeOf(host, path) : undefined
    // The redirect keeps the query, which contains the campaign.
    if (home !== undefined) response.writeHead(302, { location: `http://${home}${url}` }).end()
    else if (method === 'POST' && path === '/customer-actions') live.take(request, response)
    else if (isChange) void live.change(request, response)
    else if (path === '/demo/live') live.follow(response)
    else handle(request, response)
  }

  const server = createServer(serve)
  return {
    server,
    async close() {
      isStopping = true
      live.end()
      await Promise.all([end(server), endpoint.close()])
    },
  }
}
