/**
 * Keeps how far a page of events has been dealt with: up to the first one that has not. One save is under way at a
 * time, and the next one saves all that was done meanwhile.
 */
export const createProgress = (cursors: readonly string[], save: (cursor: string) => Promise<void>) => {
  const done = cursors.map(() => false)
  let reached = 0
  let saved = 0
  let saving: Promise<void> | undefined

  const saveAll = async (): Promise<void> => {
    while (saved < reached) {
      const upTo = reached
      await save(cursors[upTo - 1] as string)
      saved = upTo
    }
    saving = undefined
  }

  return {
    /** Marks one event as dealt with, and begins to save. */
    finish: (index: number): void => {
      done[index] = true
      while (done[reached] === true) reached += 1
      if (saved === reached) return
      saving ??= saveAll()
      // Reported by `settled`, which everybody waits for in the end.
      saving.catch(() => undefined)
    },
    /** Resolves when all that was dealt with is saved; rejects when it could not be. */
    settled: async (): Promise<void> => {
      await saving
    },
  }
}
