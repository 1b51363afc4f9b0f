import { createServer, type Server } from 'node:http'
import { allowAnyOrigin, answerProblem } from './answer'
import { createEndpoint } from './index'

const host = '127.0.0.1'

/** How long requests that were under way may take after SIGTERM. */
const patience = 10_000

const readPort = (text = '4174'): number => {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  throw new Error(`PORT is ${text}: set it to a number from 0 to 65535.`)
}

const listen = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      const help = `Cannot listen on ${host}:${String(port)} (${cause.message}): stop what listens there, or set PORT to another port.`
      reject(new Error(help, { cause }))
    })
    server.listen(port, host, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })

const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => {
      resolve()
    })
    // Connections that were busy when it began become idle one by one.
    setInterval(() => {
      server.closeIdleConnections()
    }, 50).unref()
    setTimeout(() => {
      server.closeAllConnections()
    }, patience).unref()
  })

const start = async (): Promise<void> => {
  const port = readPort(process.env.PORT)
  const file = process.env.DATA_FILE ?? 'data/wasabi.sqlite'
  const endpoint = await createEndpoint({ file })
  let stopping = false
  const server = createServer((request, response) => {
    response.shouldKeepAlive = !stopping
    if (endpoint.handle(request, response)) return
    // A page that was given a wrong path can read at least that.
    allowAnyOrigin(response)
    answerProblem(response, 404, 'nothing here: events go to /customer-actions')
  })
  const actualPort = await listen(server, port)
  console.log(`wasabi takes events on http://${host}:${String(actualPort)}/customer-actions and keeps them in ${file}`)

  const stop = async (): Promise<void> => {
    stopping = true
    const closed = closeServer(server)
    endpoint.endStreams()
    await closed
    await endpoint.close()
    process.exit(0)
  }
  process.once('SIGTERM', () => void stop())
  process.once('SIGINT', () => void stop())
}

start().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
})
