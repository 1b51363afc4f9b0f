import { request, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { listen, portOf, shut } from './host'

type Give = (answer: IncomingMessage, response: ServerResponse) => unknown

/**
 * Passes a request to this machine, whatever its host name is. If one half of the connection fails, so does the
 * other.
 */
const pass =
  (give: Give): RequestListener =>
  (incoming, response) => {
    const { method, headers } = incoming
    const { port, pathname, search } = new URL(incoming.url ?? '')
    const outgoing = request(
      { host: '127.0.0.1', port, path: pathname + search, method, headers, agent: false },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
        give(answer, response)
        answer.on('error', () => response.destroy())
      },
    )
    outgoing.on('error', () => response.destroy())
    response.on('close', () => outgoing.destroy())
    incoming.pipe(outgoing)
  }

/**
 * An HTTP proxy that sends every name to this machine: for engines that have no switch for names, and to `give` an
 * answer in another way.
 */
export const startNamedProxy = async (give: Give = (answer, response) => answer.pipe(response)) => {
  const server = await listen(pass(give))
  return { url: `http://127.0.0.1:${portOf(server)}`, close: () => shut(server) }
}
