/**
 * Now, in unix milliseconds. Old libraries replace `Date.now` and `Date.parse` (Datejs, MooTools), and leave the
 * constructor as it is.
 */
export const now = (): number => +new Date()

/** Reads a time as unix milliseconds; `NaN` for a text that is no time. */
export const readTime = (text: string): number => +new Date(text)

/** A time as RFC 3339 writes it, in UTC, with milliseconds. */
export const writeTime = (time: number): string => new Date(time).toISOString()
