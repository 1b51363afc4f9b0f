import type { CustomerAction } from './customer-action'
import type { Refusal } from './validate'

/** One body that came in, and what it turned out to be. `receivedAt` is in milliseconds since 1970. */
export type Arrival =
  | { readonly type: 'valid'; readonly receivedAt: number; readonly text: string; readonly action: CustomerAction }
  | { readonly type: 'refused'; readonly receivedAt: number; readonly bytes: Uint8Array; readonly refusal: Refusal }

/**
 * What became of an arrival: `stored`; `repeated`, known already and the same; `conflicting`, known already with other
 * content, so kept aside; `refused`, kept aside with the reason.
 */
export type Outcome = 'stored' | 'repeated' | 'conflicting' | 'refused'

/** One line of what the endpoint has kept; `refusal` says why it is not among the events. */
export type Entry = {
  /** Opaque; grows with each entry, never given twice. */
  readonly cursor: string
  readonly receivedAt: number
  readonly outcome: Exclude<Outcome, 'repeated'>
  /** The body as it came. */
  readonly text: string
  readonly refusal?: Refusal
}

/** Where to read on from, and how much at most. */
export type Page = { readonly after: string; readonly limit: number }

/** Keeps what came in. All of its promises are kept by each database in the same way. */
export type Store = {
  /** Keeps all arrivals or none. Resolves after the durable commit, with one outcome for each, in their order. */
  readonly append: (arrivals: readonly Arrival[]) => Promise<readonly Outcome[]>
  /** Stored events in the order of their cursors. */
  readonly events: (page: Page) => Promise<readonly Entry[]>
  /** Stored events and what was kept aside, in the order of their cursors. */
  readonly entries: (page: Page) => Promise<readonly Entry[]>
  /** All stored events of one interaction, in the order of their cursors. */
  readonly interaction: (interactionId: string) => Promise<readonly Entry[]>
  /** The newest cursor, also when its entry is gone. */
  readonly newest: () => Promise<string>
  readonly close: () => Promise<void>
}

/** Says whether a text can be a cursor. */
export const isCursor = (text: string): boolean => /^\d{1,15}$/.test(text)
