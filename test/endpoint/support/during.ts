import { expect } from 'vitest'
import { openStore } from '../../../src/endpoint/store/open'
import { sendLoad, type Load } from './load'
import type { Place } from './stores'

/** The interaction id of each event that is stored. */
export const idsIn = async (place: Place): Promise<readonly string[]> => {
  const store = await openStore(place)
  const ids: string[] = []
  for (let after = '0'; ;) {
    const page = await store.events({ after, limit: 10_000 })
    ids.push(...page.map(({ text }) => /"interactionId":"([^"]*)"/.exec(text)?.[1] ?? ''))
    const last = page.at(-1)
    if (last === undefined) break
    after = last.cursor
  }
  await store.close()
  return ids
}

/** Checks that no acknowledged event is missing from the store, and that there are as many rows as different keys. */
export const expectWhole = async (place: Place, loads: readonly Load[], what: string): Promise<void> => {
  const ids = await idsIn(place)
  const stored = new Set(ids)
  const taken = loads.flatMap((load) => load.taken)
  const lost = taken.filter((id) => !stored.has(id)).length
  const statuses = loads
    .flatMap((load) => [...load.statuses])
    .reduce((sum, [status, count]) => sum.set(status, (sum.get(status) ?? 0) + count), new Map<number, number>())
  const others = [...statuses].map(([status, count]) => `${String(count)} × ${String(status)}`).join(', ')
  console.log(
    `${what}: ${others}; ${String(taken.length)} acknowledged, ${String(lost)} of them lost; ${String(ids.length)} rows, ${String(stored.size)} different`,
  )
  expect(taken.length).toBeGreaterThan(0)
  expect(lost).toBe(0)
  expect(ids).toHaveLength(stored.size)
}

/** A load that continues until `events` more were stored after each step. */
export const during = async (url: string, steps: readonly (() => unknown)[], events = 2000): Promise<Load> => {
  const stop = new AbortController()
  let stored = 0
  const waiting: { at: number; resolve: () => void }[] = []
  const onTaken = (count: number): void => {
    stored = count
    for (const { at, resolve } of waiting) if (stored >= at) resolve()
  }
  const reached = (at: number) => new Promise<void>((resolve) => waiting.push({ at, resolve }))
  const load = sendLoad(url, { answers: Infinity, signal: stop.signal, onTaken })
  await reached(events)
  for (const step of steps) {
    await step()
    await reached(stored + events)
  }
  stop.abort()
  return load
}
