import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { answerJson, answerProblem } from './answer'
import { eventRow } from './entry-json'
import { readState } from './state'
import { isCursor, type Page, type Store } from './store'

const largestPage = 1000

const readPage = (query: URLSearchParams): Page | string => {
  const after = query.get('after') ?? '0'
  const limit = Number(query.get('limit') ?? 100)
  if (!isCursor(after)) return 'after must be a cursor from an earlier answer'
  if (!Number.isInteger(limit) || limit < 1 || limit > largestPage)
    return `limit must be a whole number from 1 to ${String(largestPage)}`
  return { after, limit }
}

/** Answers questions about what is stored. What the answers resolve to is nothing; they reject when the store does. */
export const createReader = (store: Pick<Store, 'events' | 'interaction'>) => {
  /** One row more than asked for shows whether there is a next page. */
  const answerPage = async (response: ServerResponse, { after, limit }: Page): Promise<void> => {
    const entries = await store.events({ after, limit: limit + 1 })
    const rows = entries.slice(0, limit)
    const next = entries.length > limit ? JSON.stringify(rows.at(-1)?.cursor) : 'null'
    answerJson(response, 200, `{"events":[${rows.map(eventRow).join(',')}],"next":${next}}`)
  }

  async function* allLines(from: string): AsyncGenerator<string> {
    let after = from
    for (;;) {
      const entries = await store.events({ after, limit: largestPage })
      for (const entry of entries) yield `${eventRow(entry)}\n`
      const last = entries.at(-1)
      if (last === undefined) return
      after = last.cursor
    }
  }

  const lines = async function* ({ after, limit }: Page): AsyncGenerator<string> {
    for (const entry of await store.events({ after, limit })) yield `${eventRow(entry)}\n`
  }

  return {
    /** `GET /customer-actions`: a page as JSON; as NDJSON the same rows, all of them unless `limit` says otherwise. */
    list: async (request: IncomingMessage, response: ServerResponse, query: URLSearchParams): Promise<void> => {
      const page = readPage(query)
      if (typeof page === 'string') {
        answerProblem(response, 400, page)
      } else if (request.headers.accept?.includes('application/x-ndjson') === true) {
        response.setHeader('Content-Type', 'application/x-ndjson')
        await pipeline(Readable.from(query.has('limit') ? lines(page) : allLines(page.after)), response)
      } else {
        await answerPage(response, page)
      }
    },

    /** `GET /customer-actions/{interactionId}`: the current state, and the events that led to it. */
    interaction: async (response: ServerResponse, interactionId: string): Promise<void> => {
      const entries = await store.interaction(interactionId)
      const state = readState(entries)
      if (state === undefined) answerProblem(response, 404, 'no such interaction')
      else answerJson(response, 200, `{"state":${JSON.stringify(state)},"history":[${entries.map(eventRow).join(',')}]}`)
    },
  }
}
