import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify'
import type { Problem } from '../action/validate'
import { wordsOf, type Log } from '../log'

/** Answers with a text that is JSON already. */
export const answerJson = (reply: FastifyReply, status: number, json: string): FastifyReply =>
  reply.code(status).type('application/json').send(json)

/** Answers with what is wrong, in the form that the contract gives it. */
export const answerProblems = (reply: FastifyReply, status: number, errors: readonly Problem[]): FastifyReply =>
  answerJson(reply, status, JSON.stringify({ errors }))

/** Answers with the one thing that is wrong with the request as a whole. */
export const answerProblem = (reply: FastifyReply, status: number, message: string): FastifyReply =>
  answerProblems(reply, status, [{ path: '', message }])

/**
 * Answers the methods that a path does not know. An event that is sent here by mistake must not
 * look as if it were taken.
 */
export const allowOnly = (app: FastifyInstance, url: string, allowed: readonly string[]): void => {
  const method = app.supportedMethods.filter((name) => !allowed.includes(name))
  const handler = (_: unknown, reply: FastifyReply): void => {
    answerProblem(reply.header('Allow', allowed.join(', ')), 405, `takes ${allowed.join(', ')} only`)
  }
  // Before the body, which nobody reads here.
  app.route({ method, url, onRequest: handler, handler })
}

/** Returns what answers for an error: with its own status where it is the sender's, else for the store. */
export const createErrorAnswer =
  (log: Log) =>
  (error: FastifyError, _: unknown, reply: FastifyReply): FastifyReply => {
    const { statusCode = 500 } = error
    if (statusCode < 500) return answerProblem(reply, statusCode, error.message)
    log({ event: 'cannot read', message: wordsOf(error) })
    return answerProblem(reply, 503, 'the store cannot be used at the moment')
  }
