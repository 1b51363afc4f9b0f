/** Text under keys, for as long as the browser or at least the page lives. */
export type Store = {
  readonly read: (key: string) => string | null
  readonly write: (key: string, value: string) => void
  readonly remove: (key: string) => void
  readonly keys: (prefix: string) => readonly string[]
}

/** `localStorage`; memory for what it does not take (no storage, a sandboxed frame, a full quota). Never throws. */
export const createStorage = (): Store => {
  const memory = new Map<string, string>()

  // Touching the name alone may throw (HTML, 12.2.3), so it stands inside.
  const local = <Result>(use: (storage: Storage) => Result, otherwise: Result) => {
    try {
      return use(localStorage)
    } catch {
      return otherwise
    }
  }

  return {
    read: (key) => memory.get(key) ?? local((storage) => storage.getItem(key), null),
    write(key, value) {
      const stored = local((storage) => {
        storage.setItem(key, value)
        return true
      }, false)
      if (stored) memory.delete(key)
      else memory.set(key, value)
    },
    remove(key) {
      memory.delete(key)
      local((storage) => {
        storage.removeItem(key)
      }, undefined)
    },
    keys: (prefix) => [...new Set([...memory.keys(), ...local(Object.keys, [])])].filter((key) => key.startsWith(prefix)),
  }
}
