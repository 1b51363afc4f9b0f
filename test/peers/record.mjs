/**
 * What is recorded after a run: all of it after a full one; else the last result, with the peers or the columns that
 * were run. A peer that could not be set up keeps what it had. Columns that were run alone are dated by themselves, and
 * name the peers that were run, if not all were.
 */
export const record = (last, result, { wanted, only }) => {
  if (!wanted.length && !only) return result
  const join = (before) => {
    const row = result.peers.find(({ name, failed }) => name === before.name && !failed)
    if (!row) return before
    return only ? { ...before, reach: row.reach, cells: { ...before.cells, ...row.cells } } : row
  }
  const alone = only && { columns: only, peers: wanted, date: result.date, chromium: result.machine.chromium }
  return { ...last, ...(alone && { alone }), peers: last.peers.map(join) }
}
