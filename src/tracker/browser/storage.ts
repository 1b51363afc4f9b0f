/** 500 events in the outbox, 50 actions in the journal, and the time to wait until. */
const MAX_KEYS = 551

/**
 * What this page wrote: sites clear their storage at log-out, and some pages have none (a sandboxed frame, blocked
 * cookies, a full quota). What is written beyond {@link MAX_KEYS} lives here alone.
 */
const memory = new Map<string, string>()

/**
 * Another tab has changed a key: what it left in the storage counts from now on. A `clear()` names none: what this page
 * wrote outlives it.
 */
const forgetCopy = ({ key }: StorageEvent) => {
  if (key) memory.delete(key)
}

/** Touching the name alone may throw (HTML, 12.2.3), so each touch is inside. */
const local = <Result>(use: (storage: Storage) => Result) => {
  try {
    return use(localStorage)
  } catch {
    return undefined // What this page wrote is in memory all the same.
  }
}

/** Lists the keys that match. Never throws. */
export const listKeys = (pattern: RegExp): readonly string[] =>
  [...new Set([...memory.keys(), ...(local(Object.keys) ?? [])])].filter((key) => pattern.test(key))

/** Reads the text under a key. Never throws. */
export const readText = (key: string): string | undefined =>
  memory.get(key) ?? local((storage) => storage.getItem(key)) ?? undefined

/** Keeps a text for as long as the browser, or at least the page, lives. Never throws. */
export const writeText = (key: string, value: string): void => {
  // Not before there is a copy that can grow old: the first listener connects to another process (Chromium 156).
  addEventListener('storage', forgetCopy)
  memory.set(key, value)
  local((storage) => {
    if (storage.length <= MAX_KEYS || listKeys(/^wasabi\./).length <= MAX_KEYS) storage.setItem(key, value)
  })
}

/** Removes a key and its text. Never throws. */
export const removeText = (key: string): void => {
  memory.delete(key)
  local((storage) => {
    storage.removeItem(key)
  })
}
