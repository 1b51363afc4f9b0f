/** What conversions are counted by. */
export const DIMENSIONS = ['campaign', 'source', 'medium', 'content'] as const

/** One of the fields that conversions are counted by. */
export type Dimension = (typeof DIMENSIONS)[number]

/** Which conversions to count: those received on these days, both included, in days since 1970 (UTC). */
export type Question = { readonly by: Dimension; readonly from: number; readonly to: number }

/** Conversions of one type. `value` is `''` where the event does not carry the field. */
export type ValueCount = { readonly value: string; readonly type: string; readonly count: number }

/** Conversions of one type on one day, in days since 1970. */
export type DayCount = { readonly day: number; readonly type: string; readonly count: number }

/** What the events come to: a `CREATED` is one conversion, and its corrections are none. */
export type Summary = {
  /** The largest ones, `mostValues` at most. */
  readonly values: readonly ValueCount[]
  /** All of them, so that what `values` leaves out is the difference. */
  readonly days: readonly DayCount[]
}

/** Counts what is stored. It holds up no commit. */
export type SummaryStore = (question: Question) => Promise<Summary>

/** Strangers can send as many campaigns as events: an answer has an end. */
export const mostValues = 1000
