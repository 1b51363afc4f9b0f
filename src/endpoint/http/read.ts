import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { answerJson, answerProblem } from './answer'
import { entryRow } from './rows'
import { readState } from '../store/state'
import { firstCursor, isCursor, type Entry, type Page, type Store } from '../store/store'

/** Reads one page of what is kept. */
export type ReadPage = (page: Page) => Promise<readonly Entry[]>

const largestPage = 1000

const pageOf = (query: URLSearchParams): Page | string => {
  const after = query.get('after') ?? firstCursor
  const limit = Number(query.get('limit') ?? 100)
  if (!isCursor(after)) return 'after must be a cursor from an earlier answer'
  if (!Number.isInteger(limit) || limit < 1 || limit > largestPage)
    return `limit must be a whole number from 1 to ${String(largestPage)}`
  return { after, limit }
}

/** One row more than asked for shows whether there is a next page. */
const answerPage = async (response: ServerResponse, read: ReadPage, { after, limit }: Page): Promise<void> => {
  const entries = await read({ after, limit: limit + 1 })
  const rows = entries.slice(0, limit)
  const next = entries.length > limit ? JSON.stringify(rows.at(-1)?.cursor) : 'null'
  answerJson(response, 200, `{"events":[${rows.map(entryRow).join(',')}],"next":${next}}`)
}

/** Reads all entries after a cursor, page by page. */
export async function* allEntries(read: ReadPage, from: string = firstCursor): AsyncGenerator<Entry> {
  let after = from
  for (;;) {
    const entries = await read({ after, limit: largestPage })
    yield* entries
    const last = entries.at(-1)
    if (last === undefined) return
    after = last.cursor
  }
}

async function* linesOf(entries: AsyncIterable<Entry> | Iterable<Entry>): AsyncGenerator<string> {
  for await (const entry of entries) yield `${entryRow(entry)}\n`
}

/** Answers with a page as JSON; as NDJSON with the same rows, all of them unless `limit` says otherwise. */
export const answerList = async (request: IncomingMessage, response: ServerResponse, read: ReadPage): Promise<void> => {
  const query = new URLSearchParams(request.url?.split('?')[1])
  const page = pageOf(query)
  if (typeof page === 'string') {
    answerProblem(response, 400, page)
  } else if (request.headers.accept?.includes('application/x-ndjson') === true) {
    response.setHeader('Content-Type', 'application/x-ndjson')
    if (request.method === 'HEAD') {
      response.end()
      return
    }
    const entries = query.has('limit') ? await read(page) : allEntries(read, page.after)
    await pipeline(Readable.from(linesOf(entries)), response)
  } else {
    await answerPage(response, read, page)
  }
}

/** Answers with the current state of an interaction, and the events that led to it. */
export const answerInteraction = async (
  response: ServerResponse,
  store: Pick<Store, 'interaction'>,
  interactionId: string,
): Promise<void> => {
  const entries = await store.interaction(interactionId)
  const state = readState(entries)
  if (state === undefined) answerProblem(response, 404, 'no such interaction')
  else answerJson(response, 200, `{"state":${JSON.stringify(state)},"history":[${entries.map(entryRow).join(',')}]}`)
}
