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
    // SQLite reads on the event loop, and a reader of all entries may never wait for anything else.
    await new Promise(setImmediate)
    const last = entries.at(-1)
    if (last === undefined) return
    after = last.cursor
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

/** Reads the entries of an interaction, a few at a time: anybody can correct it any number of times. */
export async function* interactionEntries(
  { cursorsOf, entriesAt }: InteractionParts,
  interactionId: string,
): AsyncGenerator<Entry> {
  let cursors: readonly string[] = []
  for (let after = firstCursor; ; after = cursors.at(-1) ?? after) {
    cursors = await cursorsOf(interactionId, { after, limit: cursorsAtOnce })
    if (cursors.length === 0) return
    for (let from = 0; from < cursors.length; from += rowsAtOnce) {
      yield* await entriesAt(cursors.slice(from, from + rowsAtOnce))
      await new Promise(setImmediate)
    }
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
