import { firstCursor, type Entry, type Page, type Store } from './store'

/** Reads one page of entries. */
export type ReadPage = (page: Page) => Promise<readonly Entry[]>

/** The most entries of a page, which bounds its memory: with the largest bodies, of 16 KB, 1.6 MB. */
const rowsAtOnce = 100

/** Reads all entries after a cursor, a few at a time. */
export async function* allEntries(read: ReadPage, from: string = firstCursor): AsyncGenerator<Entry> {
  let after = from
  for (;;) {
    const entries = await read({ after, limit: rowsAtOnce })
    yield* entries
    const last = entries.at(-1)
    if (last === undefined) return
    after = last.cursor
  }
}

/** A digest is 32 characters long. */
const digestsAtOnce = 1000

/** Reads the digests of all erased ids, a page at a time. */
export async function* allErased(read: Store['erased']): AsyncGenerator<string> {
  let after = ''
  for (;;) {
    const digests = await read({ after, limit: digestsAtOnce })
    yield* digests
    const last = digests.at(-1)
    if (last === undefined) return
    after = last
  }
}
