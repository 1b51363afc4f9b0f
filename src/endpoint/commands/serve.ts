import type { FastifyInstance } from 'fastify'
import { createEndpoint } from '../http/endpoint'
import type { ScriptOptions } from '../http/script'
import { logJson } from '../log'
import type { Config } from './config'

/** How long requests that were under way may take after SIGTERM, in milliseconds. */
const patience = 10_000

/** Connections at once. Each holds at most one body in memory. */
const mostConnections = 10_000

const listen = async (app: FastifyInstance, { host, port }: Config): Promise<string> => {
  try {
    return await app.listen({ host, port })
  } catch (cause) {
    const { message } = cause as Error
    const help = `Cannot listen on ${host}:${String(port)} (${message}): stop what listens there, or set PORT to another port.`
    throw new Error(help, { cause })
  }
}

/** Ends what goes on for longer than a request should, and connections that become idle one by one. */
const hurry = ({ server }: FastifyInstance): void => {
  setInterval(() => {
    server.closeIdleConnections()
  }, 50).unref()
  setTimeout(() => {
    server.closeAllConnections()
  }, patience).unref()
}

/** Runs the endpoint until SIGTERM or SIGINT: it takes no more then, answers what it has, and the process ends. */
export const serve = async (config: Config, script: ScriptOptions): Promise<void> => {
  const app = await createEndpoint({ ...config.options, script, log: logJson })
  app.server.maxConnections = mostConnections
  const url = await listen(app, config)
  const place = config.options.file ?? 'PostgreSQL'
  logJson({ event: 'start', message: `takes events on ${url}/customer-actions and keeps them in ${place}` })

  let stopping = false
  const stop = async (signal: string): Promise<void> => {
    // A second signal ends nothing sooner: what is under way is answered.
    if (stopping) return
    stopping = true
    hurry(app)
    await app.close()
    logJson({ event: 'stop', message: signal })
    process.exit(0)
  }
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => void stop(signal))
}
