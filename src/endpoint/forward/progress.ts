/**
 * Saves the progress in a page of events: up to the first event that is not finished. One save is under way at a time,
 * and the next one saves all progress made meanwhile.
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
    /** Marks one event as finished, and starts to save. */
    finish: (index: number): void => {
      done[index] = true
      while (done[reached] === true) reached += 1
      if (saved === reached) return
      saving ??= saveAll()
      // `settled` reports the error, and every caller waits for it in the end.
      saving.catch(() => undefined)
    },
    /** Resolves when all progress is saved. Rejects if a save failed. */
    settled: async (): Promise<void> => {
      await saving
    },
  }
}
