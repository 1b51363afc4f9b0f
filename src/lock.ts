/**
 * Runs the work if no other page of the origin does; tells whether it ran.
 *
 * Without Web Locks (a page on plain http, blocked storage) it always runs: the endpoint knows a repeat by its id. Never waits for the lock: a page that
 * waits in the back/forward cache would be given it and keep it.
 */
export const exclusively = async (work: () => Promise<void>): Promise<boolean> => {
  const alone = async (lock?: Lock | null) => {
    if (lock !== null) await work()
    return lock !== null
  }
  try {
    return await (navigator.locks?.request('wasabi', { ifAvailable: true }, alone) ?? alone())
  } catch {
    return alone() // SecurityError in an opaque origin (Web Locks, 2.4).
  }
}
