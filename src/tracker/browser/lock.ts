/**
 * Runs the work unless another page of the origin runs it. Resolves to whether it ran.
 *
 * Without Web Locks (a page on plain http, blocked storage) it always runs: the endpoint recognises an event by its id.
 * Never waits for the lock: a page that waits in the back/forward cache would be granted the lock and keep it.
 */
export const exclusively = async (work: () => Promise<unknown>): Promise<boolean> => {
  const run = async (lock?: Lock | null) => {
    if (lock === null) return false
    await work()
    return true
  }
  try {
    return await navigator.locks.request('wasabi', { ifAvailable: true }, run)
  } catch {
    return run() // SecurityError in an opaque origin (Web Locks, 2.4), TypeError without Web Locks.
  }
}
