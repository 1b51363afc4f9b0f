/**
 * Now, in unix milliseconds. Old libraries replace `Date.now` and `Date.parse` (Datejs, MooTools), and leave the
 * constructor as it is.
 */
export const now = (): number => +new Date()

/** A time in unix milliseconds; not a number for what is no time. */
export const readTime = (text: string): number => +new Date(text)

/** A time as RFC 3339 writes it, in UTC, with milliseconds. */
export const writeTime = (time: number): string => new Date(time).toISOString()
