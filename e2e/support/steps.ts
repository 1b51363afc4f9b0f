import { expect } from 'playwright/test'
import type { ActionType, Details, Id } from '../../src/tracker/index'
import type { Tab } from './tab'

/** Calls the public interface from the tab, as the page would. */
export const track = (
  tab: Tab,
  type: ActionType = 'SIGN_UP',
  details: Details & { interactionId?: Id } = {},
): Promise<string> =>
  tab.evaluate(([name, given]) => window.wasabi?.track(name, given) ?? 'no wasabi', [type, details] as const)

export const consent = (tab: Tab, granted: boolean): Promise<void> =>
  tab.evaluate((answer) => {
    window.wasabi?.consent(answer)
  }, granted)

export const identify = (tab: Tab, customerId: Id): Promise<void> =>
  tab.evaluate((id) => {
    window.wasabi?.identify(id)
  }, customerId)

export const attribution = (tab: Tab): Promise<unknown> => tab.evaluate(() => window.wasabi?.attribution() ?? null)

/** The cookies that the page sees, by name. The values of a name that occurs twice are joined by ` and `. */
export const cookies = async (tab: Tab): Promise<Readonly<Record<string, string>>> => {
  const jar: Record<string, string> = {}
  for (const pair of (await tab.evaluate(() => document.cookie)).split('; ').filter(Boolean)) {
    const [name = '', ...value] = pair.split('=')
    jar[name] = name in jar ? `${jar[name]} and ${value.join('=')}` : value.join('=')
  }
  return jar
}

/** Every key of wasabi in any storage of the page's origin. */
export const storedKeys = (tab: Tab): Promise<readonly string[]> =>
  tab.evaluate(async () => [
    ...Object.keys(localStorage),
    ...Object.keys(sessionStorage),
    ...(await indexedDB.databases()).map(({ name }) => `indexedDB ${name ?? ''}`),
    ...(await (window.caches?.keys() ?? [])),
  ])

/** Waits until the page knows that the endpoint has all its events: a page that is left before may send one again. */
export const delivered = (tab: Tab): Promise<void> =>
  expect.poll(async () => (await storedKeys(tab)).filter((key) => /^wasabi\.[CU]\./.test(key))).toEqual([])

/** Steps back after the driver has its answer: a page outside the back/forward cache may be gone before. */
export const stepBack = (tab: Tab): Promise<void> =>
  tab.evaluate(() => {
    setTimeout(() => {
      history.back()
    })
  })

/**
 * Waits until the page has so many answers: Chromium keeps a page that is left before out of the back/forward cache.
 */
export const answered = (tab: Tab, count: number): Promise<void> =>
  expect
    .poll(() =>
      tab.evaluate(
        () => performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('/customer-actions')).length,
      ),
    )
    .toBeGreaterThanOrEqual(count)

/** Waits until the tab has arrived at a path and its script runs, even if navigations are under way. */
export const arriveAt = (tab: Tab, path: string): Promise<void> =>
  expect(async () => {
    expect(
      await tab.evaluate(() =>
        window.wasabi && document.readyState === 'complete' ? location.pathname + location.search + location.hash : '',
      ),
    ).toBe(path)
  }).toPass()

/** Leaves for another page as by a link, so that the tab keeps its history, and waits until the page is there. */
export const follow = async (tab: Tab, path: string): Promise<void> => {
  await tab.evaluate((next) => {
    // As in `stepBack`.
    setTimeout(() => {
      location.href = next
    })
  }, path)
  await arriveAt(tab, path)
}

/** Waits until the clock shows another second: a campaign is dated to the second. */
export const nextSecond = (): Promise<void> => {
  const second = () => Math.floor(Date.now() / 1000)
  const now = second()
  return expect.poll(second).toBeGreaterThan(now)
}
