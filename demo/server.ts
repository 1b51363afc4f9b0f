import { existsSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createEndpoint } from '../src/endpoint/http/endpoint'
import { homeOf, isOurs, SHOP } from './hosts'
import { createLive } from './live'
import { servePage } from './pages'
import { createVisitors } from './visitors'

/** Where the spring campaign's link leads: the example of the schema. */
const LANDING =
  '/?utm_source=123456789&utm_medium=youtube&utm_campaign=spring_sale&utm_content=banner_ad&utm_term=cats+kitten+food'

/** A sentence instead of a stack, with what to do. */
const giveUp = (sentence: string): never => {
  console.error(sentence)
  process.exit(1)
}

const readPort = (text = '4173') => {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  return giveUp(`PORT is ${text}: set it to a number from 0 to 65535, as in PORT=4173 npm start.`)
}

const port = readPort(process.env.PORT)
// Its own, so that what is tried here does not get among what an endpoint on this machine has.
const file = process.env.DATA_FILE || 'data/demo.sqlite'
const visitors = createVisitors(!existsSync(file))

/** The demo's pages, at the paths that are not the endpoint's. */
const serveOthers: RequestListener = ({ method, url = '/', headers }, response) => {
  const [path = '/'] = url.split('?', 1)
  // A page that posts to a mistyped address must not read a file as a receipt.
  const { cookie = '', host = '' } = headers
  if (method === 'GET' || method === 'HEAD')
    void servePage({ path, visitor: () => visitors.read({ cookie, host }) }, response)
  else response.writeHead(405, { allow: 'GET, HEAD' }).end()
}

const endpoint = await createEndpoint({ file, elsewhere: serveOthers }).catch((error: unknown) =>
  giveUp((error as Error).message),
)
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
  // A browser sends a request again by itself when a connection ends that was used before, once for each that it has:
  // https://source.chromium.org/search?q=HttpNetworkTransaction::ShouldResendRequest
  if (isChange || !live.isUp()) response.shouldKeepAlive = false
  if (isStopping) {
    // Its store may be closed already.
    response.writeHead(503).end()
    return
  }
  if (!isOurs(host)) {
    response.writeHead(403, { 'content-type': 'text/plain' }).end('The demo answers to names of this machine only.')
    return
  }
  const home = method === 'GET' ? homeOf(host, path) : undefined
  // With its query: a redirect that drops it would drop the campaign.
  if (home !== undefined) response.writeHead(302, { location: `http://${home}${url}` }).end()
  else if (method === 'POST' && path === '/customer-actions') live.take(request, response)
  else if (isChange) void live.change(request, response)
  else if (path === '/demo/live') live.follow(response)
  else handle(request, response)
}

const server = createServer(serve)

server.on('error', (error: NodeJS.ErrnoException) => {
  giveUp(
    error.code === 'EADDRINUSE'
      ? `Port ${port} is in use: stop what uses it, or choose another one, ` +
          `as in PORT=${port === 65_535 ? 4173 : port + 1} npm start.`
      : `The demo cannot listen on port ${port} (${error.message}): choose another one, as in PORT=4180 npm start.`,
  )
})

server.listen(port, '127.0.0.1', () => {
  const { port: actual } = server.address() as AddressInfo
  console.log(`The demo is open: http://${SHOP}:${actual}${LANDING}`)
  console.log(
    `Should your browser not find ${SHOP} (Safari), write localhost in its place: shop and app then share one host.`,
  )
  console.log(`Events are kept in ${file}.`)
})

const stop = () => {
  isStopping = true
  live.end()
  const closed = new Promise((resolve) => server.close(resolve))
  server.closeIdleConnections()
  // What hangs because a visitor wanted it to would keep the demo open.
  setTimeout(() => {
    server.closeAllConnections()
  }, 1000).unref()
  void Promise.all([closed, endpoint.close()]).then(() => process.exit(0))
}
process.once('SIGTERM', stop)
process.once('SIGINT', stop)
