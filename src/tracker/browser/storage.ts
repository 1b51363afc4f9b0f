/** The limit of keys: 500 events in the outbox, 50 actions in the journal, and the endpoint's wait. */
const MAX_KEYS = 551

/**
 * The texts that are not stored: some pages have no storage (a sandboxed frame, blocked cookies, a full quota), and it
 * contains at most {@link MAX_KEYS} keys. Also copies of the events that wait: sites clear their storage at log-out.
 */
const memory: Record<string, string | undefined> = Object.create(null) as typeof memory

const readStored = (key: string): unknown => local((storage) => storage.getItem(key))

/** Forgets the copy of a key that another tab has changed: the stored text counts now. A `clear()` names no key. */
const forgetCopy = ({ key }: StorageEvent) => {
  if (key) memory[key] = undefined
}

/** Forgets the copy of a stored text: it would outlive a removal by another tab. */
const forgetStored = (key: string) => {
  if (readStored(key) === memory[key]) memory[key] = undefined
}

/** In the back/forward cache, a page does not learn of removals by other tabs. */
const forgetAllStored = () => {
  for (const key in memory) forgetStored(key)
}

/** Even an access to the name may throw (HTML, 12.2.3), so each access is inside the `try`. */
const local = <Result>(use: (storage: Storage) => Result) => {
  try {
    return use(localStorage)
  } catch {
    return undefined // The texts that this page wrote are still in memory.
  }
}

/** The same for `sessionStorage`. */
const tab = <Result>(use: (storage: Storage) => Result) => {
  try {
    return use(sessionStorage)
  } catch {
    return undefined
  }
}

/** Lists all keys. Firefox 153 needs 90 ms to list 3,000 keys by number, and no time to list them by name. */
const listStored = (storage: Storage) => {
  const keys = Object.keys(storage)
  // In a worker, the substitute for a storage does not list keys by name (Partytown).
  if (!keys.includes(String(storage.key(0))))
    for (let index = 0; index < storage.length; index++) keys.push(String(storage.key(index)))
  return keys
}

/** Lists the keys that match. Never throws. Up to 1.7.0, Prototype's `filter` has no third argument. */
export const listKeys = (pattern: RegExp): readonly string[] => {
  const written = Object.keys(memory).filter((key) => memory[key])
  const stored = local(listStored) ?? []
  return [...written, ...stored.filter((key) => !written.includes(key))].filter((key) => pattern.test(key))
}

/** Reads the text under a key. Never throws. A page may have replaced `getItem` by a function that parses the text. */
export const readText = (key: string): string | undefined => {
  const text = readStored(key)
  return typeof text === 'string' ? text : memory[key]
}

/** Keeps a text in memory for as long as the page lives, even if the storage is cleared. Never throws. */
export const writeCopy = (key: string, value: string): void => {
  // Added with the first copy that can become outdated: the first listener connects to another process (Chromium 156).
  addEventListener('storage', forgetCopy)
  addEventListener('pagehide', forgetAllStored)
  memory[key] = value
}

/** Stores a text. If it cannot be stored, it is kept for as long as the page lives. Never throws. */
export const writeText = (key: string, value: string): void => {
  writeCopy(key, value)
  local((storage) => {
    // The older text is removed first: without room for the new one, it would count as the newest.
    storage.removeItem(key)
    if (storage.length <= MAX_KEYS || listKeys(/^wasabi\./).length <= MAX_KEYS) storage.setItem(key, value)
  })
  forgetStored(key)
}

/** Removes a key and its text. Never throws. */
export const removeText = (key: string): void => {
  memory[key] = undefined
  local((storage) => {
    storage.removeItem(key)
  })
}

/** Reads a text that this tab keeps across navigations; `''` for a missing one. Never throws. */
export const readTab = (key: string): string => tab((storage) => storage.getItem(key)) ?? ''

/** Keeps a text for as long as the tab lives. Never throws. */
export const writeTab = (key: string, value: string): void => {
  tab((storage) => {
    storage.setItem(key, value)
  })
}

/** Removes a text of this tab. Never throws. */
export const forgetTab = (key: string): void => {
  tab((storage) => {
    storage.removeItem(key)
  })
}
