/**
 * Text under keys, for as long as the browser or at least the page lives. `write` without a value removes the key. `changed`: another tab
 * has changed it, so from now on what it left there counts.
 */
export type Store = readonly [
  keys: (pattern: RegExp) => readonly string[],
  read: (key: string) => string | undefined,
  write: (key: string, value?: string) => void,
  changed: (key: string) => void,
]

/** 500 events that wait, 50 actions in the journal, and the time to wait until. */
const MAX_KEYS = 551

/**
 * `localStorage`, and a copy in memory of what this page wrote: sites clear their storage at log-out, and some pages have none
 * (a sandboxed frame, blocked cookies, a full quota). What is written beyond 551 keys lives in memory. Never throws.
 */
export const createStorage = (): Store => {
  const memory = new Map<string, string>()

  // Touching the name alone may throw (HTML, 12.2.3), so it stands inside.
  const local = <Result>(use: (storage: Storage) => Result) => {
    try {
      return use(localStorage)
    } catch {
      return undefined // What this page wrote is in memory all the same.
    }
  }

  const keys = (pattern: RegExp) =>
    [...new Set([...memory.keys(), ...(local(Object.keys) ?? [])])].filter((key) => pattern.test(key))

  return [
    keys,
    (key) => memory.get(key) ?? local((storage) => storage.getItem(key)) ?? undefined,
    (key, value) => {
      memory.delete(key)
      if (value) memory.set(key, value)
      local((storage) => {
        if (!value) storage.removeItem(key)
        else if (storage.length <= MAX_KEYS || keys(/^wasabi\./).length <= MAX_KEYS) storage.setItem(key, value)
      })
    },
    (key) => {
      memory.delete(key)
    },
  ]
}
