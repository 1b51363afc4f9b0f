import { createServer, type ServerResponse } from 'node:http'
import { readFile } from 'node:fs/promises'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createEndpoint } from './endpoint/index'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** Where a link from the spring campaign leads: the example of the schema. */
const LANDING = '/?utm_source=123456789&utm_medium=youtube&utm_campaign=spring_sale&utm_content=banner_ad&utm_term=cats+kitten+food'

const root = fileURLToPath(new URL('../..', import.meta.url))
const port = Number(process.env.PORT ?? 4173)

/** A sentence instead of a stack: whoever starts the demo can act on it. */
const giveUp = (sentence: string): never => {
  console.error(sentence)
  process.exit(1)
}

const fileOf = (path: string) => {
  if (path === '/wasabi.js') return join(root, 'dist/wasabi.js')
  const inside = normalize(path === '/' ? '/index.html' : extname(path) ? path : `${path}.html`)
  return join(root, 'demo/site', inside)
}

const serveFile = async (path: string, response: ServerResponse) => {
  try {
    const file = fileOf(path)
    const content = await readFile(file)
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream', 'cache-control': 'no-cache' }).end(content)
  } catch {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('There is no such page.')
  }
}

const file = process.env.DATA_FILE ?? 'data/wasabi.sqlite'
const endpoint = await createEndpoint({ file }).catch((error: unknown) => giveUp((error as Error).message))

const server = createServer((request, response) => {
  if (endpoint.handle(request, response)) return
  void serveFile(decodeURI(new URL(request.url ?? '/', 'http://localhost').pathname), response)
})

server.on('error', (error: NodeJS.ErrnoException) => {
  giveUp(
    error.code === 'EADDRINUSE'
      ? `Port ${port} is in use: stop what uses it, or choose another one, as in PORT=${port + 1} npm start.`
      : `The demo cannot listen on port ${port}: ${error.message}.`,
  )
})

server.listen(port, '127.0.0.1', () => {
  console.log(`The demo is open: http://localhost:${port}${LANDING}`)
  console.log(`Events are stored in ${file} and listed at http://localhost:${port}/customer-actions`)
})

process.once('SIGTERM', () => {
  endpoint.endStreams()
  server.close(() => void endpoint.close())
})
