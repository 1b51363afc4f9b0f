import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { refusal, validate, type Validated } from '../action/validate'
import type { Answer } from '../store/commit'
import type { Arrival } from '../store/store'
import { answerUnavailable } from './admission'
import { answerProblems } from './answer'

/** 16 KB: some thirty times an event with all its fields. Browsers limit a body with `keepalive` to 64 KB. */
const largestBody = 16 * 1024

/** A body that was read: the whole of it or, if it is larger than allowed, its beginning. */
type RequestBody = { readonly bytes: Buffer; readonly tooLarge: boolean }

const noBytes = Buffer.alloc(0)

/**
 * Reads a request's body. Keeps no more of it in memory than the allowed size and one chunk. Fastify's own limit keeps
 * nothing of a larger body, and closes the connection while the sender still sends: the page then reads no answer, and
 * sends the event again for 30 days.
 */
const readBody = (request: IncomingMessage, onBody: (body: RequestBody) => void): void => {
  const chunks: Buffer[] = []
  let size = 0

  const finish = (): void => {
    const [first = noBytes] = chunks
    const bytes = chunks.length > 1 ? Buffer.concat(chunks) : first
    onBody({ bytes: bytes.subarray(0, largestBody), tooLarge: size > largestBody })
  }
  const take = (chunk: Buffer): void => {
    // After the answer, the rest of the body is read and discarded.
    if (size > largestBody) return
    chunks.push(chunk)
    size += chunk.length
    if (size > largestBody) finish()
  }
  request.on('data', take).on('end', () => {
    if (size <= largestBody) finish()
  })
}

/** The refusal of a body that is larger than allowed. */
export const tooLarge = refusal(413, `is larger than ${String(largestBody)} bytes`)

const arrivalIn = (body: RequestBody): Arrival => {
  const receivedAt = Date.now()
  const validated: Validated = body.tooLarge ? { type: 'refused', refusal: tooLarge } : validate(body.bytes)
  if (validated.type === 'refused') return { ...validated, receivedAt, bytes: body.bytes }
  // Without a spread, which costs two of the thirty microseconds that an event takes.
  return { type: 'valid', text: validated.text, action: validated.action, receivedAt }
}

const answerTo =
  (reply: FastifyReply, arrival: Arrival): Answer =>
  (outcome) => {
    if (outcome === undefined) answerUnavailable(reply)
    else if (arrival.type === 'refused') answerProblems(reply, arrival.refusal.status, arrival.refusal.errors)
    else reply.code(outcome === 'stored' ? 201 : 200).send()
  }

/** Accepts events. Each is answered once it is committed, or known, or refused and kept aside. */
export const addIngest = (
  app: FastifyInstance,
  path: string,
  add: (arrival: Arrival, answer: Answer) => void,
): void => {
  app.post(path, ({ raw }, reply) => {
    readBody(raw, (body) => {
      const arrival = arrivalIn(body)
      add(arrival, answerTo(reply, arrival))
    })
  })
}
