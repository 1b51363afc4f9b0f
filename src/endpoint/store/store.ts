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

/**
 * An outcome; `undefined` for an arrival that could not be stored, though others of its group
 * were: its sender comes again.
 */
export type Appended = Outcome | undefined

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

/** Whom to erase. */
export type ErasureRequest = {
  readonly customerId: string
  /**
   * The visitors to erase as well: these ids, or `all` that claim to be this customer. Anybody can claim that, so it is
   * for the operator to say.
   * @default []
   */
  readonly visitors?: 'all' | readonly string[]
  /**
   * Drops future events of the customer's id also when nothing of it is stored.
   * @default false
   */
  readonly block?: boolean
}

/** A visitor that claims to be a customer: both have events of the same interactions. */
export type Claim = {
  readonly visitorId: string
  /** How many events are stored under the visitor's id. */
  readonly events: number
  /** The interactions that they share, as many as fit into an answer. */
  readonly interactionIds: readonly string[]
}

/** What an erasure came to. */
export type Erasure = {
  /** How many events were deleted, those of visitors included. */
  readonly erased: number
  /** Whether anything of the customer's id was stored, or it was erased before. */
  readonly known: boolean
  /** Whether events of the customer's id are dropped from now on. */
  readonly blocked: boolean
  /** The visitors that claim to be the customer and were left alone. */
  readonly visitors: readonly Claim[]
  /** How many more there are, when not all of them fit into an answer. */
  readonly more?: number
}

/** What one step of retention deleted. */
export type Expired = {
  /** How many events, bodies kept aside not counted. */
  readonly events: number
  /** Whether there may be more to delete. */
  readonly more: boolean
}

/** Keeps what came in. All of its promises are kept by each database in the same way. */
export type Store = {
  /**
   * Resolves after the durable commit, with one outcome for each arrival, in their order. When it rejects, some may be
   * kept all the same, and are `repeated` when they come again.
   */
  readonly append: (arrivals: readonly Arrival[]) => Promise<readonly Appended[]>
  /** Whether another process commits, and this one answers senders meanwhile. */
  readonly commitsElsewhere: boolean
  /**
   * Says why reading cannot go on from a cursor, in a sentence: it is no cursor, or comes from before a restore or a
   * move, and what came after it then need not be what comes after it now. `undefined` when reading can go on.
   */
  readonly problemWith: (cursor: string) => Promise<string | undefined>
  /** Stored events in the order of their cursors. An entry that becomes visible later has a later cursor. */
  readonly events: (page: Page) => Promise<readonly Entry[]>
  /** Stored events and what was kept aside, in the order of their cursors. */
  readonly entries: (page: Page) => Promise<readonly Entry[]>
  /** What was kept aside for one reason, in the order of the cursors. */
  readonly aside: (outcome: AsideOutcome, page: Page) => Promise<readonly Entry[]>
  /** Forgets what was kept aside under these cursors. */
  readonly discard: (cursors: readonly string[]) => Promise<void>
  /** Stored events of one interaction, in the order of their cursors: anybody can correct it any number of times. */
  readonly interaction: (interactionId: string, page: Page) => Promise<readonly Entry[]>
  /** A cursor that all later entries come after, also when the newest entries are gone. */
  readonly newest: () => Promise<string>
  /** Erases a customer for good, at the operator's word. Late copies are dropped from then on. */
  readonly erase: (request: ErasureRequest) => Promise<Erasure>
  /** Digests by which the store knows erased ids again: hexadecimal digits, in order, `after` one or from `''`. */
  readonly erased: (page: Page) => Promise<readonly string[]>
  /** Says whether events of this id are dropped. */
  readonly isErased: (customerId: string) => Promise<boolean>
  /** Takes an erasure back: events of this id are stored again. Resolves to whether it was erased. */
  readonly readmit: (customerId: string) => Promise<boolean>
  /** Takes over digests of what was erased elsewhere: it is not stored from now on. */
  readonly addErased: (digests: readonly string[]) => Promise<void>
  /** Deletes what came in of erased ids before their digests were taken over. */
  readonly sweepErased: () => Promise<void>
  /**
   * Resolves when all that is committed by now can be read by cursors; rejects with a sentence
   * when something holds it back for long.
   */
  readonly settle: () => Promise<void>
  /** Deletes some of what was received before an instant, in milliseconds since 1970. */
  readonly expire: (before: number) => Promise<Expired>
  /**
   * The time that retention goes by, in milliseconds since 1970: the one last set, else that of the newest event.
   * `undefined` for a store without events.
   */
  readonly retentionTime: () => Promise<number | undefined>
  /** Sets the time that retention goes by. An earlier one than the last changes nothing. */
  readonly setRetentionTime: (time: number) => Promise<void>
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

/**
 * Says whether a text can be a cursor: digits of SQLite's counter, or transaction and number of PostgreSQL's, and after
 * a dot what distinguishes this store from the one that it was before a restore.
 */
export const isCursor = (text: string): boolean => /^(?:\d{1,15}|\d{1,19}-\d{1,18})(?:\.[\da-f]{8})?$/.test(text)

/** What is wrong with a cursor that is none. */
export const wrongCursor = 'after must be a cursor from an earlier answer'

/** The sentence for a reader whose cursor is of another store. */
export const foreignCursor =
  'This cursor is from before the store was restored or moved: read again from the beginning, without a cursor.'
