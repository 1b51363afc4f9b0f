/**
 * The longest time until an event arrives, in milliseconds, before it counts as not arrived: from the call, the last
 * attempt, or the visitor's return, whichever is latest. It is twice the longest flush interval that any of the
 * compared trackers documents (Application Insights: 15 s), so that a batch, its failure and one retry fit.
 */
export const PATIENCE = 30_000

/**
 * The time for which the endpoint or the network is away: longer than any documented flush interval, so that every
 * first attempt falls into it.
 */
export const OUTAGE = 20_000

/**
 * No visitor is faster than this after a click, in milliseconds: what has happened by then depends on the tracker,
 * not on the luck of a busy machine.
 */
export const REACTION = 200

/** The time for the browser to give up requests of a page that is gone. */
export const AFTERMATH = 1_000

/** A tracker that has sent nothing for this long has started, or has finished with an event. */
export const QUIET = 500

export const sleep = (time) => new Promise((resolve) => setTimeout(resolve, time))
