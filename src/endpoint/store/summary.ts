/** The fields that conversions are counted by. */
export const DIMENSIONS = ['campaign', 'source', 'medium', 'content'] as const

/** One of the fields that conversions are counted by. */
export type Dimension = (typeof DIMENSIONS)[number]

/** The conversions to count: those received on these days, both included, in days since 1970 (UTC). */
export type Question = { readonly by: Dimension; readonly from: number; readonly to: number }

/** Conversions of one type. `value` is `''` if the event does not contain the field. */
export type ValueCount = { readonly value: string; readonly type: string; readonly count: number }

/** Conversions of one type on one day, in days since 1970. */
export type DayCount = { readonly day: number; readonly type: string; readonly count: number }

/** The counts of conversions: a `CREATED` is one conversion, and its corrections are none. */
export type Summary = {
  /** The largest counts, `mostValues` at most. */
  readonly values: readonly ValueCount[]
  /** The counts of all conversions. Their difference from `values` is the count that `values` leaves out. */
  readonly days: readonly DayCount[]
}

/** Counts stored conversions. It delays no commit. */
export type SummaryStore = (question: Question) => Promise<Summary>

/** The most values of an answer: strangers can send as many campaigns as events. */
export const mostValues = 1000
