import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Wasabi } from '../../src/tracker/wasabi'

/** The number of accesses to the page's `localStorage`. */
let touched: number
let cookie: string
/** The number of reads of its cookies. */
let asked: number

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-11-23T10:00:00Z') })
  vi.resetModules()
  touched = 0
  asked = 0
  cookie = ''
  const listen = { addEventListener: () => undefined }
  vi.stubGlobal('document', {
    ...listen,
    currentScript: { dataset: { endpoint: 'https://collect.example.com/customer-actions' } },
    readyState: 'complete',
    baseURI: 'https://shop.example.com/',
    referrer: '',
    get cookie() {
      asked++
      return cookie
    },
    set cookie(text: string) {
      cookie = text.split(';')[0] ?? ''
    },
  })
  vi.stubGlobal('navigator', { onLine: true })
  vi.stubGlobal('window', globalThis)
  vi.stubGlobal('addEventListener', () => undefined)
  Object.defineProperty(globalThis, 'localStorage', {
    configurable: true,
    get: () => {
      touched++
      return {}
    },
  })
})

afterEach(() => {
  Reflect.deleteProperty(globalThis, 'localStorage')
  Reflect.deleteProperty(globalThis, 'wasabi')
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const load = async (href: string) => {
  const { origin, hostname, protocol } = new URL(href)
  vi.stubGlobal('location', { href, origin, hostname, protocol })
  Reflect.deleteProperty(globalThis, Symbol.for('wasabi'))
  await import('../../src/tracker/snippet')
}

test('while a page loads, what the browser has to fetch from elsewhere is left alone', async () => {
  await load('https://shop.example.com/')
  vi.advanceTimersByTime(900)
  expect([asked, touched]).toEqual([0, 0])
  // The script looks for the visitor's id, and then for events of an earlier page, after that.
  vi.advanceTimersByTime(200)
  expect(asked).toBeGreaterThan(0)
  vi.advanceTimersByTime(1000)
  expect(touched).toBeGreaterThan(0)
})

test('a call on a page without a campaign waits for nothing', async () => {
  await load('https://shop.example.com/')
  const { track } = Reflect.get(globalThis, 'wasabi') as Wasabi
  vi.stubGlobal('fetch', () => new Promise(() => undefined))
  track('SIGN_UP')
  expect(touched).toBeGreaterThan(0)
})

test('a campaign is captured at once', async () => {
  await load('https://shop.example.com/?utm_source=news')
  expect(cookie).toMatch(/^wasabi_utm=utm_source=news&t=\d+$/)
  expect(touched).toBe(0)
})
