import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { allEntries, type ReadPage } from '../store/pages'
import { readState, type State } from '../store/state'
import { firstCursor, type Entry, type Page, type Store } from '../store/store'
import { answerJson, answerProblem } from './answer'
import { entryRow } from './rows'

/** The parameters of a query. */
export type Query = Readonly<Record<string, string | undefined>>

/** What a list reads from, and what says whether it can go on from a cursor. */
export type List = { readonly read: ReadPage } & Pick<Store, 'problemWith'>

const largestPage = 1000

/** Characters of rows: a page ends with the row that exceeds them, and `next` says where to go on. */
const largestText = 1_000_000

/** Reads where a page begins, and how many rows it has. Returns a sentence when that cannot be read. */
export const pageOf = ({ after = firstCursor, limit: written = '100' }: Query): Page | string => {
  const limit = Number(written)
  if (!Number.isInteger(limit) || limit < 1 || limit > largestPage)
    return `limit must be a whole number from 1 to ${String(largestPage)}`
  return { after, limit }
}

/** Reads so many rows at most, and one more to see whether there is a next page. */
const answerPage = async (reply: FastifyReply, read: ReadPage, { after, limit }: Page): Promise<FastifyReply> => {
  const rows: string[] = []
  let next: string | null = null
  let last = after
  let size = 0
  for await (const entry of allEntries(read, after)) {
    if (rows.length === limit || size > largestText) {
      next = last
      break
    }
    const row = entryRow(entry)
    rows.push(row)
    size += row.length
    last = entry.cursor
  }
  return answerJson(reply, 200, `{"events":[${rows.join(',')}],"next":${JSON.stringify(next)}}`)
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

/** Answers with a page as JSON; as NDJSON with the same rows, all of them unless `limit` says otherwise. */
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
  read: ReadPage,
): Promise<FastifyReply> => {
  const state = await readState(allEntries(read))
  if (state === undefined) return answerProblem(reply, 404, 'no such interaction')
  reply.type('application/json')
  if (method === 'HEAD') return reply.send()
  return reply.send(Readable.from(partsOf(state, allEntries(read)), { highWaterMark: 1 }))
}
