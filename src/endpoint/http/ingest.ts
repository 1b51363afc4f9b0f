import type { IncomingMessage, ServerResponse } from 'node:http'
import { answerNothing, answerProblems } from './answer'
import type { Answer } from '../store/commit'
import { answerUnavailable } from './admission'
import { largestBody, readBody, type RequestBody } from './request-body'
import type { Arrival } from '../store/store'
import { refusal, validate, type Validated } from '../action/validate'

const tooLarge: Validated = {
  type: 'refused',
  refusal: refusal(413, `is larger than ${String(largestBody)} bytes`),
}

const read = (body: RequestBody): Arrival => {
  const receivedAt = Date.now()
  const validated = body.tooLarge ? tooLarge : validate(body.bytes)
  if (validated.type === 'refused') return { ...validated, receivedAt, bytes: body.bytes }
  // Spelt out: a spread costs two of the thirty microseconds that an event takes.
  return { type: 'valid', text: validated.text, action: validated.action, receivedAt }
}

const answerTo =
  (response: ServerResponse, arrival: Arrival): Answer =>
  (outcome) => {
    if (outcome === undefined) {
      answerUnavailable(response)
    } else if (arrival.type === 'refused') {
      answerProblems(response, arrival.refusal.status, arrival.refusal.errors)
    } else {
      answerNothing(response, outcome === 'stored' ? 201 : 200)
    }
  }

/** Takes one event from a request, and answers once it is committed, or known, or refused and kept aside. */
export const createTaker =
  (add: (arrival: Arrival, answer: Answer) => void) =>
  (request: IncomingMessage, response: ServerResponse): void => {
    readBody(request, (body) => {
      const arrival = read(body)
      add(arrival, answerTo(response, arrival))
    })
  }
