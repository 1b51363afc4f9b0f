/**
 * The record after a run. A full run replaces all of it. Otherwise it is the last result, with the peers or the
 * columns that were run. A peer that could not be set up keeps its last result. A partial run has a date of its own:
 * columns, with the peers if not all were run, and peers as a whole, with the number of visitors for each figure.
 */
export const record = (last, result, { wanted, only }) => {
  if (!wanted.length && !only) return result
  const join = (before) => {
    const row = result.peers.find(({ name, failed }) => name === before.name && !failed)
    if (!row) return before
    return only ? { ...before, reach: row.reach, cells: { ...before.cells, ...row.cells } } : row
  }
  const run = { peers: wanted, date: result.date, chromium: result.machine.chromium }
  const part = only ? { alone: { columns: only, ...run } } : { again: { rounds: result.rounds, ...run } }
  return { ...last, ...part, peers: last.peers.map(join) }
}
