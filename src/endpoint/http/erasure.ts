import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Log } from '../log'
import type { ErasureRequest, Store } from '../store/store'
import { answerProblem } from './answer'
import { pageOf, type Query } from './read'

/** What erasures are answered from. */
export type ErasureParts = {
  readonly store: Pick<Store, 'erase' | 'erased' | 'isErased' | 'readmit'>
  readonly log: Log
}

type Work = (customerId: string, query: FastifyRequest['query']) => Promise<object>

const withCustomer =
  (place: string, work: Work) =>
  async ({ params, query }: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const customerId = (params as { readonly '*': string })['*']
    if (customerId === '')
      return answerProblem(reply, 400, `needs a customer id after ${place}, with what is special in a URL encoded`)
    return reply.send(await work(customerId, query))
  }

/** `linked=all`, or `visitors=` with ids and commas between them; `block=true`. */
const erasureOptions = ({ linked, visitors = '', block }: Query): Omit<ErasureRequest, 'customerId'> => ({
  visitors: linked === 'all' ? 'all' : visitors.split(',').filter(Boolean),
  block: block === 'true',
})

const answerErased = async (
  { erased }: ErasureParts['store'],
  { query }: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> => {
  const page = pageOf({ after: '', ...(query as Query) })
  if (typeof page === 'string') return answerProblem(reply, 400, page)
  if (!/^(?:[\da-f]{32})?$/.test(page.after))
    return answerProblem(reply, 400, 'after must be a digest from an earlier answer')
  const digests = await erased({ ...page, limit: page.limit + 1 })
  const shown = digests.slice(0, page.limit)
  return reply.send({ erased: shown, next: digests.length > page.limit ? shown.at(-1) : null })
}

/** Erases a customer, lists the erased ids, says whether an id is among them, and takes an erasure back. */
export const addErasure = (app: FastifyInstance, { store, log }: ErasureParts): void => {
  const erase: Work = async (customerId, query) => {
    const erasure = await store.erase({ customerId, ...erasureOptions(query as Query) })
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
