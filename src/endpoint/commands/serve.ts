import { createServer, type Server } from 'node:http'
import { allowAnyOrigin, answerProblem } from '../http/answer'
import type { Config } from './config'
import { createEndpoint } from '../http/index'
import { logJson } from '../log'
import type { ScriptOptions } from '../http/script'

/** How long requests that were under way may take after SIGTERM, in milliseconds. */
const patience = 10_000

/** Whoever sends slowly is cut off: an event is less than a packet or two. All in milliseconds. */
const limits = {
  headersTimeout: 5000,
  requestTimeout: 10_000,
  // Node looks every 30 s by default, and the two above are true then only.
  connectionsCheckingInterval: 1000,
  // Longer than the minute for which proxies keep a connection, or they send into one that is being closed.
  keepAliveTimeout: 65_000,
}

/** Connections at once. Each holds at most one body in memory. */
const mostConnections = 10_000

const listen = (server: Server, { host, port }: Config): Promise<number> =>
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

/** Runs the endpoint until SIGTERM or SIGINT: it takes no more then, answers what it has, and the process ends. */
export const serve = async (config: Config, script: ScriptOptions): Promise<void> => {
  const endpoint = await createEndpoint({ ...config.options, script, log: logJson })
  let stopping = false
  const server = createServer(limits, (request, response) => {
    response.shouldKeepAlive &&= !stopping
    if (endpoint.handle(request, response)) return
    // A page that was given a wrong path can read at least that.
    allowAnyOrigin(response)
    answerProblem(response, 404, 'nothing here: events go to /customer-actions')
  })
  server.maxConnections = mostConnections
  const port = await listen(server, config)
  const place = config.options.file ?? 'PostgreSQL'
  const host = config.host.includes(':') ? `[${config.host}]` : config.host
  logJson({
    event: 'start',
    message: `takes events on http://${host}:${String(port)}/customer-actions and keeps them in ${place}`,
  })

  const stop = async (signal: string): Promise<void> => {
    stopping = true
    const closed = closeServer(server)
    endpoint.endStreams()
    await closed
    await endpoint.close()
    logJson({ event: 'stop', message: signal })
    process.exit(0)
  }
  for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => void stop(signal))
}
