import type { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Registry } from 'prom-client'
import type { Log } from '../log'
import { isCursor, type Store } from '../store/store'
import { guardAccess } from './access'
import { answerProblem } from './answer'
import { addOverview } from './overview'
import { answerInteraction, answerList, wrongCursor, type Query } from './read'

/** What the operator's requests are answered from. */
export type OperatorParts = {
  readonly store: Store
  readonly follow: (from: string) => Readable
  readonly registry: Registry
  readonly log: Log
  readonly readToken?: string
}

type Answer = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>

const nameIn = ({ params }: FastifyRequest): string => (params as { readonly '*': string })['*']

const answerStream = async (
  { store, follow }: OperatorParts,
  { method, headers, query }: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> => {
  reply.type('text/event-stream')
  if (method === 'HEAD') return reply.send()
  const seen = headers['last-event-id'] ?? (query as Query).after
  if (seen === undefined || seen === '') return reply.send(follow(await store.newest()))
  return typeof seen === 'string' && isCursor(seen) ? reply.send(follow(seen)) : answerProblem(reply, 400, wrongCursor)
}

const answerErasure = async (
  { store, log }: OperatorParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> => {
  const customerId = nameIn(request)
  if (customerId === '')
    return answerProblem(reply, 400, 'needs a customer id after /customers/, with what is special in a URL encoded')
  const events = await store.erase(customerId)
  log({ event: 'erased', events })
  return reply.send({ erased: events })
}

/** Answers what is for the operator only: reading, following, counting and erasing. Pages of other origins read none of it. */
export const addOperator = async (app: FastifyInstance, path: string, parts: OperatorParts): Promise<void> => {
  const { store, registry, readToken } = parts
  await guardAccess(app, readToken)
  app.addHook('onRequest', async (_, reply) => {
    reply.header('Cache-Control', 'no-store')
  })
  const named: Readonly<Record<string, Answer>> = {
    stream: (request, reply) => answerStream(parts, request, reply),
    refused: (request, reply) => answerList(request, reply, (page) => store.aside('refused', page)),
    conflicting: (request, reply) => answerList(request, reply, (page) => store.aside('conflicting', page)),
  }
  addOverview(app, store)
  app.get('/metrics', async (_, reply) => reply.type(registry.contentType).send(await registry.metrics()))
  app.get(path, (request, reply) => answerList(request, reply, store.events))
  app.get(`${path}/*`, (request, reply) => {
    // Compared as written, so that an interaction of such a name can still be asked for, as in %73tream.
    const [written = ''] = request.url.slice(path.length + 1).split('?', 1)
    const answer = Object.hasOwn(named, written) ? named[written] : undefined
    return answer?.(request, reply) ?? answerInteraction(reply, store, nameIn(request))
  })
  app.delete('/customers/*', (request, reply) => answerErasure(parts, request, reply))
}
