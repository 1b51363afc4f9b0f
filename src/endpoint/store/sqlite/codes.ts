// Codes of SQLite: https://sqlite.org/rescode.html
const busy = 5
const locked = 6
export const corrupt = 11
const full = 13

type Coded = { readonly code?: unknown; readonly errcode?: number; readonly cause?: unknown }

/** The codes of an error and its causes: numbers of SQLite, and names of the system, such as `ENOSPC`. */
const codesOf = (error: unknown): readonly unknown[] => {
  if (typeof error !== 'object' || error === null) return []
  const { code, errcode = 0, cause }: Coded = error
  // The bits above these say more about the same: https://sqlite.org/rescode.html#extrc
  return [code, errcode & 0xff, ...codesOf(cause)]
}

/** By its codes, and not by its message: that can contain the path of a file, with any words. */
const hasOneOf =
  (...codes: readonly unknown[]) =>
  (error: unknown): boolean =>
    codesOf(error).some((code) => codes.includes(code))

/** Says whether SQLite refused because of another process's lock. */
export const isLocked = hasOneOf(busy, locked)

/** Says whether the disk is full. */
export const isFull = hasOneOf(full, 'ENOSPC', 'EDQUOT')

/** Says whether the database is damaged. */
export const isDamaged = hasOneOf(corrupt)

/** Says whether the system does not let this user read or write. */
export const isForbidden = hasOneOf('EACCES', 'EPERM', 'EROFS')
