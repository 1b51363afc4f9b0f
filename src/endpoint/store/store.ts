import type { CustomerAction } from '../../contract/customer-action'
import type { Refusal } from '../action/validate'
import type { ForwardStore } from './forward'
import type { SummaryStore } from './summary'

/** One body that arrived, valid or refused. `receivedAt` is in milliseconds since 1970. */
export type Arrival =
  | { readonly type: 'valid'; readonly receivedAt: number; readonly text: string; readonly action: CustomerAction }
  | { readonly type: 'refused'; readonly receivedAt: number; readonly bytes: Uint8Array; readonly refusal: Refusal }

/** An arrival that can become an event. */
export type Valid = Extract<Arrival, { readonly type: 'valid' }>

/**
 * The outcome of an arrival: `stored`; `repeated`, known already with the same content; `conflicting`, known already
 * with other content, so kept aside; `refused`, kept aside with the reason; `erased`, not kept, since its customer was
 * erased.
 */
export type Outcome = 'stored' | 'repeated' | 'conflicting' | 'refused' | 'erased'

/** An outcome; `undefined` for an arrival that the database refused. Its sender sends it again. */
export type Appended = Outcome | undefined

/** The outcomes that put a body aside. */
export type AsideOutcome = 'conflicting' | 'refused'

/** A stored event, or a body that was kept aside. `refusal` says why the body was refused. */
export type Entry = {
  /** Opaque. Later entries have later cursors, and no cursor is assigned twice. */
  readonly cursor: string
  readonly receivedAt: number
  readonly outcome: 'stored' | AsideOutcome
  /** The body as it arrived; where it was not UTF-8, with replacement characters. */
  readonly text: string
  /** The body's bytes, if it was kept aside. */
  readonly bytes?: Uint8Array
  readonly refusal?: Refusal
}

/** The cursor to read after, and the most rows to read. */
export type Page = { readonly after: string; readonly limit: number }

/** The customer and the visitors to erase. */
export type ErasureRequest = {
  readonly customerId: string
  /**
   * The visitors to erase as well: these ids, or `all` that claim to be this customer. Anybody can claim that, so the
   * operator decides.
   * @default []
   */
  readonly visitors?: 'all' | readonly string[]
  /**
   * Drops future events of the customer's id even if nothing of it is stored.
   * @default false
   */
  readonly block?: boolean
}

/** A visitor that claims to be a customer: both have events of the same interactions. */
export type Claim = {
  readonly visitorId: string
  /** The number of events stored under the visitor's id. */
  readonly events: number
  /** The interactions that they share, as many as fit into an answer. */
  readonly interactionIds: readonly string[]
}

/** The result of an erasure. */
export type Erasure = {
  /** The number of deleted events, those of visitors included. */
  readonly erased: number
  /** Whether anything of the customer's id was stored, or it was erased before. */
  readonly known: boolean
  /** Whether events of the customer's id are dropped from now on. */
  readonly blocked: boolean
  /** The visitors that claim to be the customer and were not erased. */
  readonly visitors: readonly Claim[]
  /** The number of further such visitors, if not all of them fit into an answer. */
  readonly more?: number
}

/**
 * The entries to delete by age: those that are older than both instants, in milliseconds since 1970. Entries from
 * before retention began count as stored when they were received.
 */
export type Age = {
  /** Compared with the system clock at the arrival. */
  readonly receivedBefore: number
  /** Compared with the retention time at the commit. */
  readonly storedBefore: number
}

/** The result of one step of retention. */
export type Expired = {
  /** The number of deleted events. */
  readonly events: number
  /** The number of deleted bodies that were kept aside. */
  readonly aside: number
  /** Whether there may be more to delete. */
  readonly more: boolean
}

/** Stores arrivals. Each database fulfils the promises of this type in the same way. */
export type Store = {
  /**
   * Resolves after the durable commit, with one outcome for each arrival, in their order. If it rejects, some arrivals
   * may be stored. These are `repeated` when they are sent again.
   */
  readonly append: (arrivals: readonly Arrival[]) => Promise<readonly Appended[]>
  /** Whether another process commits, and this one answers senders meanwhile. */
  readonly commitsElsewhere: boolean
  /**
   * Says in a sentence why a reader cannot continue from a cursor: it is no cursor, or it is from before a restore or a
   * move, and may precede other events now than then. `undefined` if the reader can continue.
   */
  readonly problemWith: (cursor: string) => Promise<string | undefined>
  /** Stored events in the order of their cursors. An entry that becomes visible later has a later cursor. */
  readonly events: (page: Page) => Promise<readonly Entry[]>
  /** Stored events and bodies kept aside, in the order of their cursors. */
  readonly entries: (page: Page) => Promise<readonly Entry[]>
  /** Bodies kept aside for one reason, in the order of their cursors. */
  readonly aside: (outcome: AsideOutcome, page: Page) => Promise<readonly Entry[]>
  /** Deletes the bodies that were kept aside under these cursors. */
  readonly discard: (cursors: readonly string[]) => Promise<void>
  /** Stored events of one interaction, in the order of their cursors. Anybody can correct it any number of times. */
  readonly interaction: (interactionId: string) => AsyncIterable<Entry>
  /** A cursor that precedes all later entries, even if the newest entries were deleted. */
  readonly newest: () => Promise<string>
  /** Erases a customer for good, at the operator's request. Late copies of its events are dropped from then on. */
  readonly erase: (request: ErasureRequest) => Promise<Erasure>
  /** Digests by which the store recognises erased ids: hexadecimal digits, in order, `after` one or from `''`. */
  readonly erased: (page: Page) => Promise<readonly string[]>
  /** Says whether events of this id are dropped. */
  readonly isErased: (customerId: string) => Promise<boolean>
  /** Readmits an id: its events are stored again. Resolves to whether it was erased. */
  readonly readmit: (customerId: string) => Promise<boolean>
  /** Adds digests of ids that were erased elsewhere: their events are not stored from now on. */
  readonly addErased: (digests: readonly string[]) => Promise<void>
  /**
   * Deletes events and bodies of erased ids that arrived before their digests were added. Resolves to the number of
   * deleted events.
   */
  readonly sweepErased: () => Promise<number>
  /**
   * Resolves when everything committed by now can be read by cursors. Rejects with a sentence if a transaction delays
   * this for long.
   */
  readonly settle: () => Promise<void>
  /** Deletes some of the entries of this age. */
  readonly expire: (age: Age) => Promise<Expired>
  /**
   * The retention time, in milliseconds since 1970: the time last set, else the latest arrival of an event, but
   * not later than now. `undefined` for a store without events.
   */
  readonly retentionTime: () => Promise<number | undefined>
  /** Sets the retention time. A time earlier than the last one changes nothing. The first call begins retention. */
  readonly setRetentionTime: (time: number) => Promise<void>
  /** Rejects if the store cannot commit at the moment. */
  readonly check: () => Promise<void>
  /** The progress of forwarding. */
  readonly forward: ForwardStore
  /** Counts conversions. */
  readonly summary: SummaryStore
  /** The newest refused bodies, newest first. */
  readonly latestRefused: (limit: number) => Promise<readonly Entry[]>
  readonly close: () => Promise<void>
}

/** The cursor before all entries. */
export const firstCursor = '0'

/** The most bodies of each kind that are kept aside, the newest ones: at 16 KB each, 160 MB at worst. */
export const keptAside = 10_000

/** Milliseconds between two marks, which say what was stored by a retention time. It bounds their number. */
export const markEvery = 3_600_000

/**
 * Says whether a text can be a cursor: digits of SQLite's counter, or transaction and number of PostgreSQL, and after a
 * dot the generation, which distinguishes this store from the one that it was before a restore.
 */
export const isCursor = (text: string): boolean => /^(?:\d{1,15}|\d{1,19}-\d{1,18})(?:\.[\da-f]{8})?$/.test(text)

/** The sentence for a text that is no cursor. */
export const wrongCursor = 'after must be a cursor from an earlier answer'

/** The sentence for a reader whose cursor is of another store. */
export const foreignCursor =
  'This cursor is from before the store was restored or moved: read again from the beginning, without a cursor.'
