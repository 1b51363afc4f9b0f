import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isInstant } from '../../contract/instant'
import type { Store } from '../store/store'
import { DIMENSIONS, type Dimension, type Question } from '../store/summary'
import { allowOnly, answerJson, answerProblem } from './answer'
import { firstRows } from './read'

const day = 86_400_000

/** Ten years, in days: one figure for each type and day. */
const mostDays = 3660

/** The most refusals in an answer. Those of receivers have short texts. */
const shown = 100

const dayOf = (text: string | undefined): number | undefined => {
  // `Date` reads 30 February as a day in March.
  return text !== undefined && isInstant(`${text}T00:00:00Z`) ? Date.parse(text) / day : undefined
}

const isDimension = (text: string): text is Dimension => (DIMENSIONS as readonly string[]).includes(text)

const questionIn = ({ by = 'campaign', from, to }: Readonly<Record<string, string | undefined>>): Question | string => {
  const today = Math.floor(Date.now() / day)
  const last = to === undefined ? today : dayOf(to)
  const first = from === undefined ? (last ?? today) - 29 : dayOf(from)
  if (!isDimension(by)) return `by must be one of ${DIMENSIONS.join(', ')}`
  if (first === undefined || last === undefined) return 'from and to must be days, as 2026-11-23'
  if (last < first || last - first >= mostDays) return 'from must not be after to, nor ten years before it'
  return { by, from: first, to: last }
}

const answerConversions = async (store: Store, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
  const question = questionIn(request.query as Readonly<Record<string, string>>)
  if (typeof question === 'string') return answerProblem(reply, 400, question)
  const { values, days } = await store.summary(question)
  const nameOf = (number: number): string => new Date(number * day).toISOString().slice(0, 10)
  const named = days.map(({ day: number, ...rest }) => ({ day: nameOf(number), ...rest }))
  return reply.send({ by: question.by, from: nameOf(question.from), to: nameOf(question.to), values, days: named })
}

/** Adds the routes for the data of the operator's page, among the operator's routes. */
export const addOverview = (app: FastifyInstance, store: Store): void => {
  app.get('/overview/conversions', (request, reply) => answerConversions(store, request, reply))
  app.get('/overview/refused', async (_, reply) => {
    const { rows } = await firstRows(await store.latestRefused(shown))
    return answerJson(reply, 200, `{"refused":[${rows}]}`)
  })
  app.get('/overview/forwarding', async (_, reply) => {
    const [receivers, refused] = [await store.forward.lags(Date.now()), await store.forward.refusals(shown)]
    return reply.send({ receivers, refused })
  })
  for (const name of ['conversions', 'refused', 'forwarding']) allowOnly(app, `/overview/${name}`, ['GET', 'HEAD'])
}
