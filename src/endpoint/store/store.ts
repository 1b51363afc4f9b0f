import type { CustomerAction } from '../../contract/customer-action'
import type { Refusal } from '../action/validate'
import type { ForwardStore } from './forward'
import type { SummaryStore } from './summary'

/** One body that came in, and what it turned out to be. `receivedAt` is in milliseconds since 1970. */
export type Arrival =
  | { readonly type: 'valid'; readonly receivedAt: number; readonly text: string; readonly action: CustomerAction }
  | { readonly type: 'refused'; readonly receivedAt: number; readonly bytes: Uint8Array; readonly refusal: Refusal }

/** An arrival that can become an event. */
export type Valid = Extract<Arrival, { readonly type: 'valid' }>

/**
 * What became of an arrival: `stored`; `repeated`, known already and the same; `conflicting`, known already with other
 * content, so kept aside; `refused`, kept aside with the reason; `erased`, not kept, since its customer was erased.
 */
export type Outcome = 'stored' | 'repeated' | 'conflicting' | 'refused' | 'erased'

/** The outcomes that put a body aside. */
export type AsideOutcome = 'conflicting' | 'refused'

/** One line of what the endpoint has kept; `refusal` says why it is not among the events. */
export type Entry = {
  /** Opaque; later entries come after it, never given twice. */
  readonly cursor: string
  readonly receivedAt: number
  readonly outcome: 'stored' | AsideOutcome
  /** The body as it came; where it was not UTF-8, with replacement characters. */
  readonly text: string
  /** The body's bytes, when it was put aside. */
  readonly bytes?: Uint8Array
  readonly refusal?: Refusal
}

/** Where to read on from, and how much at most. */
export type Page = { readonly after: string; readonly limit: number }

/** Keeps what came in. All of its promises are kept by each database in the same way. */
export type Store = {
  /**
   * Resolves after the durable commit, with one outcome for each arrival, in their order. When it rejects, some may be
   * kept all the same, and are `repeated` when they come again.
   */
  readonly append: (arrivals: readonly Arrival[]) => Promise<readonly Outcome[]>
  /** How many groups may be on their way to the disk at once. */
  readonly lanes: number
  /** Stored events in the order of their cursors. An entry that comes to light later has a later cursor. */
  readonly events: (page: Page) => Promise<readonly Entry[]>
  /** Stored events and what was kept aside, in the order of their cursors. */
  readonly entries: (page: Page) => Promise<readonly Entry[]>
  /** What was kept aside for one reason, in the order of the cursors. */
  readonly aside: (outcome: AsideOutcome, page: Page) => Promise<readonly Entry[]>
  /** Forgets what was kept aside under these cursors. */
  readonly discard: (cursors: readonly string[]) => Promise<void>
  /** All stored events of one interaction, in the order of their cursors. */
  readonly interaction: (interactionId: string) => Promise<readonly Entry[]>
  /** A cursor that all later entries come after, also when the newest entries are gone. */
  readonly newest: () => Promise<string>
  /** Deletes a customer, and every visitor known to be the same person, for good. Resolves to the number of events deleted. */
  readonly erase: (customerId: string) => Promise<number>
  /** Digests of what was erased, by which it is known again. */
  readonly erased: () => Promise<readonly string[]>
  /** Takes over digests of what was erased elsewhere: it is not stored from now on. */
  readonly addErased: (digests: readonly string[]) => Promise<void>
  /** Deletes what came in of erased customers before their digests were taken over. */
  readonly sweepErased: () => Promise<void>
  /** Resolves when all that is committed by now can be read by cursors; rejects with a sentence when something holds it back for long. */
  readonly settle: () => Promise<void>
  /** Deletes some of what was received before an instant. Resolves to `true` when there may be more. */
  readonly expire: (before: number) => Promise<boolean>
  /** Rejects when the store could not commit at the moment. */
  readonly check: () => Promise<void>
  /** Where forwarding is. */
  readonly forward: ForwardStore
  /** Counts conversions. */
  readonly summary: SummaryStore
  /** The newest of what was refused, newest first. */
  readonly latestRefused: (limit: number) => Promise<readonly Entry[]>
  readonly close: () => Promise<void>
}

/** Where reading begins. */
export const firstCursor = '0'

/** As many are kept aside of each kind, the newest ones: at the 16 KB of a body, 160 MB at worst. */
export const keptAside = 10_000

/** Says whether a text can be a cursor: digits of SQLite's counter, or transaction and number of PostgreSQL's. */
export const isCursor = (text: string): boolean => /^(?:\d{1,15}|\d{1,19}-\d{1,18})$/.test(text)
