import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Log } from '../log'
import { isDigest, isVisitor } from '../store/person'
import type { ErasureRequest, Store } from '../store/store'
import { answerProblem } from './answer'
import { pageOf, type Query } from './read'

/** The parts that erasures need. */
export type ErasureParts = {
  readonly store: Pick<Store, 'erase' | 'erased' | 'isErased' | 'readmit'>
  readonly log: Log
}

type Work = (customerId: string, request: FastifyRequest) => Promise<object>

const withCustomer =
  (place: string, work: Work) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const customerId = (request.params as { readonly '*': string })['*']
    if (customerId === '') return answerProblem(reply, 400, `needs a customer id after ${place}, encoded as in a URL`)
    return reply.send(await work(customerId, request))
  }

/** The parameters of an erasure, each at most once. The ids of visitors have commas between them. */
const erasureFields: Readonly<Record<string, (value: string) => boolean>> = {
  linked: (value) => value === 'all',
  visitors: (value) => value.split(',').every(isVisitor),
  block: (value) => ['true', 'false'].includes(value),
}

/** Reads the parameters of an erasure. Throws if one is wrong, since nobody can undo an erasure. */
const erasureOptions = (url: string): Omit<ErasureRequest, 'customerId'> => {
  const fields = [...new URLSearchParams(url.replace(/^[^?]*\??/, ''))]
  const { linked, visitors, block } = Object.fromEntries(fields) as Query
  const isRight = fields.every(([name, value]) => Object.hasOwn(erasureFields, name) && erasureFields[name]?.(value))
  if (!isRight || new Set(fields.map(([name]) => name)).size < fields.length)
    throw Object.assign(
      new Error('allows linked=all, or visitors=visitor-… separated by commas, and block=true; nothing was erased'),
      { statusCode: 400 },
    )
  return { visitors: linked === 'all' ? 'all' : (visitors?.split(',') ?? []), block: block === 'true' }
}

const answerErased = async (
  { erased }: ErasureParts['store'],
  { query }: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> => {
  const page = pageOf({ after: '', ...(query as Query) })
  if (typeof page === 'string') return answerProblem(reply, 400, page)
  if (page.after !== '' && !isDigest(page.after))
    return answerProblem(reply, 400, 'after must be a digest from an earlier answer')
  const digests = await erased({ ...page, limit: page.limit + 1 })
  const shown = digests.slice(0, page.limit)
  return reply.send({ erased: shown, next: digests.length > page.limit ? shown.at(-1) : null })
}

/** Adds the routes that erase a customer, list the erased ids, check an id, and readmit one. */
export const addErasure = (app: FastifyInstance, { store, log }: ErasureParts): void => {
  const erase: Work = async (customerId, { url }) => {
    const erasure = await store.erase({ customerId, ...erasureOptions(url) })
    log({ event: 'erased', events: erasure.erased })
    return erasure
  }
  const readmit: Work = async (customerId) => {
    const readmitted = await store.readmit(customerId)
    if (readmitted) log({ event: 'readmitted' })
    return { readmitted }
  }
  app.delete('/customers/*', withCustomer('/customers/', erase))
  app.get('/erased', (request, reply) => answerErased(store, request, reply))
  app.get(
    '/erased/*',
    withCustomer('/erased/', async (customerId) => ({ erased: await store.isErased(customerId) })),
  )
  app.delete('/erased/*', withCustomer('/erased/', readmit))
}
