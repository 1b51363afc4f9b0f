import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify'
import type { Problem } from '../action/validate'
import { wordsOf, type Log } from '../log'

/** Answers with a text that is JSON already. */
export const answerJson = (reply: FastifyReply, status: number, json: string): FastifyReply =>
  reply.code(status).type('application/json').send(json)

/** Answers with the problems, in the contract's form. */
export const answerProblems = (reply: FastifyReply, status: number, errors: readonly Problem[]): FastifyReply =>
  answerJson(reply, status, JSON.stringify({ errors }))

/** Answers with one problem that concerns the whole request. */
export const answerProblem = (reply: FastifyReply, status: number, message: string): FastifyReply =>
  answerProblems(reply, status, [{ path: '', message }])

/**
 * Refuses the methods that a path does not allow. An event that is sent there by mistake must not seem to be stored.
 */
export const allowOnly = (app: FastifyInstance, url: string, allowed: readonly string[]): void => {
  const method = app.supportedMethods.filter((name) => !allowed.includes(name))
  const handler = (_: unknown, reply: FastifyReply): void => {
    answerProblem(reply.header('Allow', allowed.join(', ')), 405, `allows ${allowed.join(', ')} only`)
  }
  // Before the body, which is not read here.
  app.route({ method, url, onRequest: handler, handler })
}

/**
 * Returns the error handler. It answers with the error's own status if the sender caused it, and otherwise with 503.
 */
export const createErrorAnswer =
  (log: Log) =>
  (error: FastifyError, _: unknown, reply: FastifyReply): FastifyReply => {
    const { statusCode = 500 } = error
    if (statusCode < 500) return answerProblem(reply, statusCode, error.message)
    log({ event: 'cannot read', message: wordsOf(error) })
    return answerProblem(reply, 503, 'the store cannot be used at the moment')
  }
