import type { Clock } from './clock'
import type { Random } from './random'

/** The part of a page that storage uses. */
export type Reader = {
  readonly origin: string
  readonly isAlive: () => boolean
  readonly isFrozen: () => boolean
  readonly hear: (name: string, event: object) => void
}

export type Storage = Record<string, unknown> & {
  readonly getItem: (key: string) => string | null
  readonly setItem: (key: string, text: string) => void
  readonly removeItem: (key: string) => void
  readonly key: (index: number) => string | null
  readonly clear: () => void
  readonly length: number
}

export type Area = { readonly storage: Storage; isFull: boolean }

type Surroundings = {
  readonly clock: Clock
  readonly random: Random
  readonly readers: () => readonly Reader[]
  /** The page whose code runs. A page hears nothing of its own changes. */
  readonly current: () => Reader | undefined
  /** Called before anything is stored. */
  readonly onStore: (key: string) => void
}

const hidden = (descriptor: PropertyDescriptor) => ({ ...descriptor, enumerable: false, configurable: true })

type Hooks = {
  readonly onStore: (key: string) => void
  readonly onChange: (key: string | null) => void
  readonly isFull: () => boolean
}

/** An object whose own keys are the stored keys, as a page sees it. */
export const createStorage = ({ onStore, onChange, isFull }: Hooks): Storage => {
  const storage = Object.create(null) as Record<string, string>
  return Object.defineProperties(storage, {
    getItem: hidden({ value: (key: string) => storage[key] ?? null }),
    setItem: hidden({
      value: (key: string, text: string) => {
        onStore(key)
        if (isFull()) throw new DOMException('full', 'QuotaExceededError')
        if (storage[key] === text) return
        storage[key] = text
        onChange(key)
      },
    }),
    removeItem: hidden({
      value: (key: string) => {
        if (!(key in storage)) return
        Reflect.deleteProperty(storage, key)
        onChange(key)
      },
    }),
    key: hidden({ value: (index: number) => Object.keys(storage)[index] ?? null }),
    clear: hidden({
      value: () => {
        for (const key of Object.keys(storage)) Reflect.deleteProperty(storage, key)
        onChange(null)
      },
    }),
    length: hidden({ get: () => Object.keys(storage).length }),
  }) as unknown as Storage
}

/**
 * The delay until another tab hears of a change, in milliseconds: 3 in the middle, 53 at most (measured in Chromium
 * 156).
 */
const latency = (random: Random) => (random.chance(0.7) ? random.next() * 6 : random.next() * 55)

/** The `localStorage` of one origin. Its events arrive late, but in order. */
export const createArea = (origin: string, { clock, random, readers, current, onStore }: Surroundings): Area => {
  const due = new WeakMap<Reader, number>()
  const area = { isFull: false } as { isFull: boolean; storage: Storage }
  const change = (key: string | null) => {
    for (const reader of readers()) {
      if (reader.origin !== origin || reader === current()) continue
      const at = Math.max(due.get(reader) ?? 0, clock.now() + latency(random))
      due.set(reader, at)
      clock.plan(at - clock.now(), () => {
        // A page in the back/forward cache never hears of the change.
        if (reader.isAlive() && !reader.isFrozen()) reader.hear('storage', { key })
      })
    }
  }
  area.storage = createStorage({ onStore, onChange: change, isFull: () => area.isFull })
  return area
}
