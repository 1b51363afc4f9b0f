import type { Socket } from 'node:net'
import bearerAuth from '@fastify/bearer-auth'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { answerProblem } from './answer'

/** Says whether an address is this machine's own. */
export const isLoopback = (address: string): boolean =>
  /^(?:::ffff:)?127\.\d+\.\d+\.\d+$/i.test(address) || address === '::1' || address === 'localhost'

/**
 * A page that has its own name point to 127.0.0.1 reads through the browser of this machine's user; it
 * cannot but send that name: https://en.wikipedia.org/wiki/DNS_rebinding
 */
const isOwnName = (host: string | undefined): boolean =>
  /^(?:(?:[^:]+\.)?localhost|\d+\.\d+\.\d+\.\d+|\[[\da-f:.]+\])(?::\d+)?$/i.test(host ?? '')

/** Says why a request may not read where there is no token: it does not come from this machine, or not by its name. */
export const denialOf = (
  { remoteAddress = '', localPort }: Pick<Socket, 'remoteAddress' | 'localPort'>,
  host: string | undefined,
): string | undefined => {
  if (!isLoopback(remoteAddress)) return 'Without READ_TOKEN, only this machine itself may read: set READ_TOKEN.'
  return isOwnName(host) ? undefined : `Open it as http://localhost:${String(localPort)}, or set READ_TOKEN.`
}

const denyOthers = async (
  { socket, headers }: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply | undefined> => {
  const denial = denialOf(socket, headers.host)
  return denial === undefined ? undefined : answerProblem(reply, 403, denial)
}

/** Lets the operator alone use the routes of a scope: by a token or, without one, from this machine only. */
export const guardAccess = async (app: FastifyInstance, token: string | undefined): Promise<void> => {
  if (token === undefined) {
    app.addHook('onRequest', denyOthers)
    return
  }
  await app.register(bearerAuth, {
    keys: new Set([token]),
    // The scheme's name is the same in lower case: https://www.rfc-editor.org/rfc/rfc9110#section-11.1
    specCompliance: 'rfc6749',
    addHook: false,
  })
  app.addHook('onRequest', (request, reply, next) => {
    app.verifyBearerAuth?.(request, reply, (error) => {
      if (error === undefined) next()
      else answerProblem(reply.header('WWW-Authenticate', 'Bearer'), 401, 'needs Authorization: Bearer and READ_TOKEN')
    })
  })
}
