/**
 * How long an event may take, in milliseconds, before it counts as not arrived: counted from the call, the last
 * attempt, or the visitor's return, whichever is latest. Twice the longest flush interval that any of the compared
 * trackers documents (Application Insights: 15 s), so that a batch, its failure and one retry fit.
 */
export const PATIENCE = 30_000

/**
 * How long the endpoint or the network is away: longer than any documented flush interval, so
 * that every first attempt falls into it.
 */
export const OUTAGE = 20_000

/**
 * Nobody is faster than this after a click, in milliseconds: what a tracker does by then is its
 * doing, and not the luck of a busy machine.
 */
export const REACTION = 200

/** For the browser to give up what belonged to a page that is gone. */
export const AFTERMATH = 1_000

/** A tracker from which nothing has come for this long has started, or is done with an event. */
export const QUIET = 500

export const sleep = (time) => new Promise((resolve) => setTimeout(resolve, time))
