import type { Socket } from 'node:net'
import bearerAuth from '@fastify/bearer-auth'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { answerProblem } from './answer'

/** Says whether an address is this machine's own. */
export const isLoopback = (address: string): boolean =>
  /^(?:::ffff:)?127\.\d+\.\d+\.\d+$/i.test(address) || address === '::1' || address === 'localhost'

/**
 * A page whose own name resolves to 127.0.0.1 could read through the browser of this machine's user, but its requests
 * always contain that name: https://en.wikipedia.org/wiki/DNS_rebinding
 */
const isOwnName = (host: string | undefined): boolean =>
  /^(?:(?:[^:]+\.)?localhost|\d+\.\d+\.\d+\.\d+|\[[\da-f:.]+\])(?::\d+)?$/i.test(host ?? '')

/**
 * Says why a request may not read if there is no token: it is not from this machine, or does not use one of its own
 * names.
 */
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

/** Restricts the routes of a scope to the operator: by a token or, without one, to this machine. */
export const guardAccess = async (app: FastifyInstance, token: string | undefined): Promise<void> => {
  if (token === undefined) {
    app.addHook('onRequest', denyOthers)
    return
  }
  await app.register(bearerAuth, {
    keys: new Set([token]),
    // The scheme's name is case-insensitive: https://www.rfc-editor.org/rfc/rfc9110#section-11.1
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
