/** 500 events in the outbox, 50 actions in the journal, and the time to wait until. */
const MAX_KEYS = 551

/**
 * What the storage does not have: some pages have none (a sandboxed frame, blocked cookies, a full quota), and it gets
 * no more than {@link MAX_KEYS}. Beside it, copies of the events that wait: sites clear their storage at log-out.
 */
const memory: Record<string, string | undefined> = Object.create(null) as typeof memory

const readStored = (key: string): unknown => local((storage) => storage.getItem(key))

/** Another tab has changed a key: what it left in the storage counts from now on. A `clear()` names none. */
const forgetCopy = ({ key }: StorageEvent) => {
  if (key) memory[key] = undefined
}

/** What the storage has needs no copy, which would outlive what another tab removes. */
const forgetStored = (key: string) => {
  if (readStored(key) === memory[key]) memory[key] = undefined
}

/** A page in the back/forward cache hears nothing of what other tabs remove. */
const forgetAllStored = () => {
  for (const key in memory) forgetStored(key)
}

/** Touching the name alone may throw (HTML, 12.2.3), so each touch is inside. */
const local = <Result>(use: (storage: Storage) => Result) => {
  try {
    return use(localStorage)
  } catch {
    return undefined // What this page wrote is in memory all the same.
  }
}

/** As with `localStorage`. */
const tab = <Result>(use: (storage: Storage) => Result) => {
  try {
    return use(sessionStorage)
  } catch {
    return undefined
  }
}

/** Firefox 153 needs 90 ms for 3,000 keys by their number, and none by their names. */
const listStored = (storage: Storage) => {
  const keys = Object.keys(storage)
  // What a worker has in place of a storage has no names for them (Partytown).
  if (!keys.includes(String(storage.key(0))))
    for (let index = 0; index < storage.length; index++) keys.push(String(storage.key(index)))
  return keys
}

/** Lists the keys that match. Never throws. Prototype's `filter` has no third argument, up to 1.7.0. */
export const listKeys = (pattern: RegExp): readonly string[] => {
  const written = Object.keys(memory).filter((key) => memory[key])
  const stored = local(listStored) ?? []
  return [...written, ...stored.filter((key) => !written.includes(key))].filter((key) => pattern.test(key))
}

/** Reads the text under a key. Never throws. A page may have made `getItem` parse what it reads. */
export const readText = (key: string): string | undefined => {
  const text = readStored(key)
  return typeof text === 'string' ? text : memory[key]
}

/** Keeps a text for as long as the page lives, whatever becomes of the storage. Never throws. */
export const writeCopy = (key: string, value: string): void => {
  // Not before there is a copy that can grow old: the first listener connects to another process (Chromium 156).
  addEventListener('storage', forgetCopy)
  addEventListener('pagehide', forgetAllStored)
  memory[key] = value
}

/** Keeps a text for as long as the browser, or at least the page, lives. Never throws. */
export const writeText = (key: string, value: string): void => {
  writeCopy(key, value)
  local((storage) => {
    // An older text must not be taken for the newest where there is no room for it.
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

/** Reads what this tab has kept through its navigations; `''` for nothing. Never throws. */
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
