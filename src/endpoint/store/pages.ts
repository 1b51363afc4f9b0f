import { firstCursor, type Entry, type Page, type Store } from './store'

/** Reads one page of entries. */
export type ReadPage = (page: Page) => Promise<readonly Entry[]>

/** The most entries that are read at once. */
const rowsAtOnce = 100

/** Characters and bytes of the entries that wait in memory for a slow reader, up to the entry that exceeds them. */
const keptAtOnce = 131_072

/** The next entries. `hasMore` says whether entries after them were there already. */
type Part = { readonly entries: readonly Entry[]; readonly hasMore: boolean }

const firstOf = (entries: readonly Entry[]): readonly Entry[] => {
  const kept: Entry[] = []
  let size = 0
  for (const entry of entries) {
    if (size > keptAtOnce) break
    kept.push(entry)
    size += entry.text.length + (entry.bytes?.length ?? 0)
  }
  return kept
}

/** Returns a function that reads the next entries after a cursor: at most as many as may wait for a slow reader. */
export const createReading = (read: ReadPage, from: string): (() => Promise<Part>) => {
  let after = from
  let limit = rowsAtOnce
  return async () => {
    const page = await read({ after, limit })
    const entries = firstOf(page)
    const isCut = entries.length < page.length
    const hasMore = isCut || page.length === limit
    after = entries.at(-1)?.cursor ?? after
    // Where entries are large, the same ones would be read many times. One more shows whether they become smaller.
    limit = isCut ? entries.length + 1 : rowsAtOnce
    return { entries, hasMore }
  }
}

/** Reads all entries after a cursor, a few at a time. */
export async function* allEntries(read: ReadPage, from: string = firstCursor): AsyncGenerator<Entry> {
  const readNext = createReading(read, from)
  for (;;) {
    const { entries } = await readNext()
    if (entries.length === 0) return
    yield* entries
    // SQLite reads on the event loop, and a reader of all entries may never wait for anything else.
    await new Promise(setImmediate)
  }
}

/** The parts of a store from which the entries of an interaction are read. */
export type InteractionParts = {
  /** The cursors of its entries, in their order. */
  readonly cursorsOf: (interactionId: string, page: Page) => Promise<readonly string[]>
  /** The entries at these cursors, without those that were deleted meanwhile. */
  readonly entriesAt: (cursors: readonly string[]) => Promise<readonly Entry[]>
}

/** No index has the entries of an interaction in their order, so each page of cursors sorts all of them. */
const cursorsAtOnce = 10_000

/** Returns a function that reads a page of an interaction: anybody can correct it any number of times. */
const interactionReader = ({ cursorsOf, entriesAt }: InteractionParts, interactionId: string): ReadPage => {
  let cursors: readonly string[] = []
  return async ({ after, limit }) => {
    for (let from = cursors.indexOf(after) + 1; ; from += limit) {
      if (from >= cursors.length) {
        cursors = await cursorsOf(interactionId, { after: cursors.at(-1) ?? after, limit: cursorsAtOnce })
        if (cursors.length === 0) return []
        from = 0
      }
      const entries = await entriesAt(cursors.slice(from, from + limit))
      if (entries.length > 0) return entries
    }
  }
}

/** Reads the entries of an interaction, a few at a time. */
export const interactionEntries = (parts: InteractionParts, interactionId: string): AsyncGenerator<Entry> =>
  allEntries(interactionReader(parts, interactionId))

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
