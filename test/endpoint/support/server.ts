import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Arrival } from '../../../src/endpoint/store/store'
import { validate } from '../../../src/endpoint/action/validate'
import { createEndpoint, type Endpoint, type EndpointOptions } from '../../../src/endpoint/http/endpoint'

/** One line of `vectors/events.json`. */
export type EventVector = { readonly why: string; readonly body: string; readonly status: number; readonly at?: string }

export const eventVectors = JSON.parse(
  readFileSync(new URL('../../vectors/events.json', import.meta.url), 'utf8'),
) as readonly EventVector[]

/** A valid body. `fields` are added to its `body`. */
export const action = (fields: Readonly<Record<string, unknown>> = {}, eventAction = 'CREATED'): string =>
  JSON.stringify({
    eventType: 'CUSTOMER_ACTION',
    eventAction,
    version: 1,
    body: {
      interactionId: 'i-1',
      customerId: 'c-1',
      interaction: { type: 'SIGN_UP' },
      createdAt: '2026-11-23T10:00:00.000Z',
      updatedAt: '2026-11-23T10:00:00.000Z',
      ...fields,
    },
  })

/** The name of a data file that does not exist yet, in a folder that is deleted after the test. */
export const freshFile = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'wasabi-'))
  onTestFinished(() => {
    rmSync(folder, { recursive: true })
  })
  return join(folder, 'data', 'wasabi.sqlite')
}

/** Serves a listener on a free port until the test is over. */
export const serve = async (listener: RequestListener): Promise<string> => {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
}

/** Calls the endpoint over HTTP, as a page and as an operator do. */
export const serveEndpoint = async (endpoint: Endpoint) => {
  const origin = await serve((request, response) => {
    endpoint.routing(request, response)
  })
  const url = `${origin}/customer-actions`
  return {
    origin,
    url,
    post: (body: string | Uint8Array<ArrayBuffer>) =>
      fetch(url, { method: 'POST', body, headers: { 'Content-Type': 'text/plain' } }),
    get: (path = '', headers = {}) => fetch(url + path, { headers }),
  }
}

/** The arrival that a store receives for a body. */
export const arrivalOf = (bytes: Buffer, receivedAt = Date.now()): Arrival => {
  const validated = validate(bytes)
  return validated.type === 'valid' ? { ...validated, receivedAt } : { ...validated, receivedAt, bytes }
}

/** An endpoint over a new store, or over the one of these options, closed when the test is over. */
export const startEndpoint = async (options: EndpointOptions = { file: freshFile() }) => {
  const endpoint = await createEndpoint(options)
  onTestFinished(() => endpoint.close())
  return { ...(await serveEndpoint(endpoint)), endpoint, options }
}

type Row = {
  readonly cursor: string
  readonly receivedAt: string
  readonly event: { readonly body: Readonly<Record<string, unknown>> }
}

export const rowsIn = async (answer: Response): Promise<readonly Row[]> =>
  ((await answer.json()) as { readonly events: readonly Row[] }).events

/** The `path` of each error in an answer. */
export const pathsIn = async (answer: Response): Promise<readonly string[]> =>
  ((await answer.json()) as { readonly errors: readonly { readonly path: string }[] }).errors.map(({ path }) => path)
