/** Text under keys, for as long as the browser or at least the page lives. */
export type Store = {
  readonly read: (key: string) => string | undefined
  /** Without a value: removes the key. */
  readonly write: (key: string, value?: string) => void
  readonly keys: (prefix: string) => readonly string[]
  /** Another tab has changed this key: from now on what it left there counts. */
  readonly changed: (key: string) => void
}

/**
 * `localStorage`, and a copy in memory of what this page wrote: sites clear their storage at log-out, and some pages have none
 * (a sandboxed frame, blocked cookies, a full quota). Never throws.
 *
 * @param most how many keys may be stored; what is written beyond lives in memory
 */
export const createStorage = (most: number): Store => {
  const memory = new Map<string, string>()

  // Touching the name alone may throw (HTML, 12.2.3), so it stands inside.
  const local = <Result>(use: (storage: Storage) => Result) => {
    try {
      return use(localStorage)
    } catch {
      return undefined // What this page wrote is in memory all the same.
    }
  }

  const keys = (prefix: string) => [...new Set([...memory.keys(), ...(local(Object.keys) ?? [])])].filter((key) => key.startsWith(prefix))

  return {
    keys,
    read: (key) => memory.get(key) ?? local((storage) => storage.getItem(key)) ?? undefined,
    write(key, value) {
      if (value === undefined) {
        memory.delete(key)
        local((storage) => {
          storage.removeItem(key)
        })
        return
      }
      memory.set(key, value)
      if (keys('wasabi.').length <= most) {
        local((storage) => {
          storage.setItem(key, value)
        })
      }
    },
    changed: (key) => {
      memory.delete(key)
    },
  }
}
