import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { allEntries, type ReadPage } from '../store/pages'
import { readState, type State } from '../store/state'
import { firstCursor, type Entry, type Page, type Store } from '../store/store'
import { answerJson, answerProblem } from './answer'
import { entryRow } from './rows'

/** The parameters of a query. */
export type Query = Readonly<Record<string, string | undefined>>

/** The source of a list, and the check of a cursor that it is to continue from. */
export type List = { readonly read: ReadPage } & Pick<Store, 'problemWith'>

const largestPage = 1000

/** Characters of the rows of an answer, which ends with the row that exceeds them. */
const largestText = 1_000_000

/** Reads the start of a page and its number of rows. Returns a sentence if they cannot be read. */
export const pageOf = ({ after = firstCursor, limit: written = '100' }: Query): Page | string => {
  const limit = Number(written)
  if (!Number.isInteger(limit) || limit < 1 || limit > largestPage)
    return `limit must be a whole number from 1 to ${String(largestPage)}`
  return { after, limit }
}

/**
 * Writes the first rows, at most `limit` and as many as an answer has. `next` is the cursor to continue from, if there
 * are more.
 */
export const firstRows = async (
  entries: Iterable<Entry> | AsyncIterable<Entry>,
  limit = largestPage,
): Promise<{ readonly rows: string; readonly next: string | null }> => {
  const rows: string[] = []
  let last = ''
  let size = 0
  for await (const entry of entries) {
    if (rows.length === limit || size > largestText) return { rows: rows.join(','), next: last }
    const row = entryRow(entry)
    rows.push(row)
    size += row.length
    last = entry.cursor
  }
  return { rows: rows.join(','), next: null }
}

/** Answers with at most `limit` rows, and reads one more to see whether there is a next page. */
const answerPage = async (reply: FastifyReply, read: ReadPage, { after, limit }: Page): Promise<FastifyReply> => {
  const { rows, next } = await firstRows(allEntries(read, after), limit)
  return answerJson(reply, 200, `{"events":[${rows}],"next":${JSON.stringify(next)}}`)
}

async function* linesOf(entries: AsyncIterable<Entry>, limit: number): AsyncGenerator<string> {
  let left = limit
  if (left > 0)
    for await (const entry of entries) {
      yield `${entryRow(entry)}\n`
      left -= 1
      if (left === 0) return
    }
}

/**
 * Answers with a page as JSON. As NDJSON, the rows are the same, and all of them are sent unless there is a `limit`.
 */
export const answerList = async (
  { query, headers, method }: FastifyRequest,
  reply: FastifyReply,
  { read, problemWith }: List,
): Promise<FastifyReply> => {
  const page = pageOf(query as Query)
  if (typeof page === 'string') return answerProblem(reply, 400, page)
  const problem = await problemWith(page.after)
  if (problem !== undefined) return answerProblem(reply, 400, problem)
  if (headers.accept?.includes('application/x-ndjson') !== true) return answerPage(reply, read, page)
  reply.type('application/x-ndjson')
  if (method === 'HEAD') return reply.send()
  const limit = (query as Query).limit === undefined ? Infinity : page.limit
  return reply.send(Readable.from(linesOf(allEntries(read, page.after), limit), { highWaterMark: 1 }))
}

async function* partsOf(state: State, entries: AsyncIterable<Entry>): AsyncGenerator<string> {
  yield `{"state":${JSON.stringify(state)},"history":[`
  let separator = ''
  for await (const entry of entries) {
    yield separator + entryRow(entry)
    separator = ','
  }
  yield ']}'
}

/** Answers with the current state of an interaction, and the events that led to it, a few in memory at a time. */
export const answerInteraction = async (
  { method }: FastifyRequest,
  reply: FastifyReply,
  read: () => AsyncIterable<Entry>,
): Promise<FastifyReply> => {
  const state = await readState(read())
  if (state === undefined) return answerProblem(reply, 404, 'no such interaction')
  reply.type('application/json')
  if (method === 'HEAD') return reply.send()
  return reply.send(Readable.from(partsOf(state, read()), { highWaterMark: 1 }))
}
