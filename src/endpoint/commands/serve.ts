import type { FastifyInstance } from 'fastify'
import { createEndpoint } from '../http/endpoint'
import type { ScriptOptions } from '../http/script'
import { logJson } from '../log'
import { endSignals } from '../shell'
import type { Config } from './config'

/** How long requests that were under way may take after the signal, in milliseconds. */
const patience = 10_000

/** The most connections at once. Each keeps at most one body in memory. */
const mostConnections = 10_000

const helpFor = ({ host, port }: Config, { code = '', message }: NodeJS.ErrnoException): string => {
  const place = `Cannot listen on ${host}:${String(port)} (${message})`
  if (code === 'EADDRINUSE') return `${place}: stop the program that listens there, or set PORT to another port.`
  if (code === 'EACCES') return `${place}: set PORT to one from 1024 on, or let a proxy listen there.`
  return `${place}: set HOST to an address of this machine, such as 127.0.0.1, or 0.0.0.0 for all of them.`
}

const listen = async (app: FastifyInstance, config: Config): Promise<string> => {
  try {
    return await app.listen({ host: config.host, port: config.port })
  } catch (cause) {
    await app.close()
    throw new Error(helpFor(config, cause as NodeJS.ErrnoException), { cause })
  }
}

/** Ends all connections after the time that requests under way may take. */
const hurry = ({ server }: FastifyInstance): void => {
  setTimeout(() => {
    server.closeAllConnections()
  }, patience).unref()
}

/** The files that the endpoint serves. */
export type Served = { readonly script: ScriptOptions; readonly page: string }

/** Runs the endpoint until a signal ends it. It then accepts no more events, answers those that it has, and exits. */
export const serve = async (config: Config, { script, page }: Served): Promise<void> => {
  const app = await createEndpoint({ ...config.options, script, page, log: logJson })
  app.server.maxConnections = mostConnections
  const url = await listen(app, config)
  const place = config.options.file ?? 'PostgreSQL'
  logJson({
    event: 'start',
    message: `accepts events on ${url}/customer-actions and keeps them in ${place}; the operator's page is ${url}/`,
  })

  let stopping = false
  const stop = async (signal: string): Promise<void> => {
    // A second signal ends nothing sooner: requests under way are answered.
    if (stopping) return
    stopping = true
    hurry(app)
    await app.close()
    logJson({ event: 'stop', message: signal })
    process.exit(0)
  }
  for (const signal of endSignals) process.on(signal, () => void stop(signal))
}
