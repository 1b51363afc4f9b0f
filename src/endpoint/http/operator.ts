import type { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Registry } from 'prom-client'
import type { Log } from '../log'
import type { ReadPage } from '../store/pages'
import type { Store } from '../store/store'
import { guardAccess } from './access'
import { answerProblem } from './answer'
import { addErasure } from './erasure'
import { addOverview } from './overview'
import { answerInteraction, answerList, type List, type Query } from './read'

/** The parts that the operator's routes need. */
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
  const from = String(seen)
  const problem = await store.problemWith(from)
  return problem === undefined ? reply.send(follow(from)) : answerProblem(reply, 400, problem)
}

/**
 * Adds the routes for the operator only: reading, following, counting and erasing. Pages of other origins cannot read
 * the answers.
 */
export const addOperator = async (app: FastifyInstance, path: string, parts: OperatorParts): Promise<void> => {
  const { store, registry, readToken } = parts
  const listOf = (read: ReadPage): List => ({ read, problemWith: store.problemWith })
  await guardAccess(app, readToken)
  app.addHook('onRequest', async (_, reply) => {
    reply.header('Cache-Control', 'no-store')
  })
  const named: Readonly<Record<string, Answer>> = {
    stream: (request, reply) => answerStream(parts, request, reply),
    refused: (request, reply) =>
      answerList(
        request,
        reply,
        listOf((page) => store.aside('refused', page)),
      ),
    conflicting: (request, reply) =>
      answerList(
        request,
        reply,
        listOf((page) => store.aside('conflicting', page)),
      ),
  }
  addOverview(app, store)
  app.get('/metrics', async (_, reply) => reply.type(registry.contentType).send(await registry.metrics()))
  app.get(path, (request, reply) => answerList(request, reply, listOf(store.events)))
  app.get(`${path}/*`, (request, reply) => {
    // Compared before decoding, so that an interaction whose id is such a name can still be read, as in %73tream.
    const [written = ''] = request.url.slice(path.length + 1).split('?', 1)
    const answer = Object.hasOwn(named, written) ? named[written] : undefined
    return answer?.(request, reply) ?? answerInteraction(request, reply, () => store.interaction(nameIn(request)))
  })
  addErasure(app, parts)
}
