import type { ServerResponse } from 'node:http'
import type { Problem } from '../action/validate'

/** Lets a page of any origin read the answer, and when to come again. Cookies stay out of it: `*` forbids them. */
export const allowAnyOrigin = (response: ServerResponse): void => {
  response.setHeader('Access-Control-Allow-Origin', '*')
  response.setHeader('Access-Control-Expose-Headers', 'Retry-After')
}

/** Answers without a body. */
export const answerNothing = (response: ServerResponse, status: 200 | 201 | 204): void => {
  response.writeHead(status, status === 204 ? {} : { 'Content-Length': 0 }).end()
}

/** Answers with a text that is JSON already. */
export const answerJson = (response: ServerResponse, status: number, json: string): void => {
  response
    .writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(json) })
    .end(json)
}

/** Answers with what is wrong, in the form that the contract gives it. */
export const answerProblems = (response: ServerResponse, status: number, errors: readonly Problem[]): void => {
  answerJson(response, status, JSON.stringify({ errors }))
}

/** Answers with the one thing that is wrong with the request as a whole. */
export const answerProblem = (response: ServerResponse, status: number, message: string): void => {
  answerProblems(response, status, [{ path: '', message }])
}

/** Answers a browser that asks before it sends. */
export const answerPreflight = (response: ServerResponse): void => {
  response.setHeader('Access-Control-Allow-Methods', 'POST')
  response.setHeader('Access-Control-Allow-Headers', '*')
  response.setHeader('Access-Control-Max-Age', 86_400)
  answerNothing(response, 204)
}

/** Answers a request whose method the path does not know. */
export const answerNotAllowed = (response: ServerResponse, allowed: readonly string[]): void => {
  response.setHeader('Allow', allowed.join(', '))
  answerProblem(response, 405, `takes ${allowed.join(', ')} only`)
}
