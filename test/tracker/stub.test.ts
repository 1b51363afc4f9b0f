import { readFileSync } from 'node:fs'
import { runInNewContext } from 'node:vm'
import { parse } from 'acorn'
import { expect, test } from 'vitest'

const STUB = readFileSync('dist/stub.js', 'utf8').trim()

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/

type Stub = {
  readonly q: readonly (readonly [id: unknown, name: string, subject: unknown, details: unknown, time: number])[]
  readonly track: (type?: unknown, details?: unknown) => string
  readonly identify: (id: unknown) => unknown
}

/** Runs the stub in a page with these globals of its own. */
const runStub = (own: Readonly<Record<string, unknown>> = {}, before = '') => {
  const page: Record<string, unknown> = {
    location: { href: 'https://shop.example/?utm_source=x' },
    Blob,
    URL: { createObjectURL: () => 'blob:https://shop.example/01234567-89ab-cdef-0123-456789abcdef' },
    ...own,
  }
  page['window'] = page
  runInNewContext(`${before};${STUB}`, page)
  return page['wasabi'] as Stub
}

test('the stub is ES5, fits XHTML, and has at most 400 bytes', () => {
  expect(() => parse(STUB, { ecmaVersion: 5 })).not.toThrow()
  expect(STUB).not.toMatch(/&|<|--/)
  expect(Buffer.byteLength(STUB)).toBeLessThanOrEqual(400)
})

test('the stub queues calls with their moment, and returns an id from `track` alone', () => {
  const stub = runStub()
  expect(stub.track('SIGN_UP')).toMatch(UUID)
  expect(stub.track('SIGN_UP', { interactionId: 42 })).toBe('42')
  expect(stub.identify('42')).toBeUndefined()
  const [first] = stub.q
  expect(first?.slice(1, 3)).toEqual(['track', 'SIGN_UP'])
  expect(first?.[4]).toBeGreaterThan(Date.parse('2020-01-01'))
  expect(stub.q.map(([, name]) => name)).toEqual(['track', 'track', 'identify'])
})

test('a call that returns nothing makes no id: the page waits for the name of a blob URL', () => {
  const names: string[] = []
  const createObjectURL = () => {
    names.push('blob')
    return 'blob:https://shop.example/01234567-89ab-cdef-0123-456789abcdef'
  }
  const stub = runStub({ URL: { createObjectURL } })
  stub.identify('42')
  expect(names).toEqual([])
  stub.track('SIGN_UP')
  expect(names).toEqual(['blob'])
})

test.each([
  '',
  undefined,
  null,
  {},
  true,
  false,
  NaN,
  [],
  'undefined',
  'null',
  'NULL',
  'NaN',
  'None',
  'true',
  '[object Object]',
])('the stub makes an id where the id is %j', (interactionId) => {
  expect(runStub().track('SIGN_UP', { interactionId })).toMatch(UUID)
})

test.each([
  [0, '0'],
  [7, '7'],
  ['007', '007'],
  ['nilsson', 'nilsson'],
  ['Noneesuch', 'Noneesuch'],
])('the stub returns the id %j as %j', (interactionId, id) => {
  expect(runStub().track('SIGN_UP', { interactionId })).toBe(id)
})

test('details that the page changes later do not change the call', () => {
  const stub = runStub()
  const details = { customerId: '42' }
  stub.track('SIGN_UP', details)
  details.customerId = 'other'
  expect(stub.q[0]?.[3]).toEqual({ customerId: '42' })
})

test.each([
  ['an element with its name', { wasabi: { tagName: 'DIV' } }, ''],
  ['a URL of its own', { URL: () => undefined }, ''],
  ['a Blob of its own', { Blob: undefined }, ''],
  ['a Date.now that is an object', {}, 'Date.now = {}'],
  ['a map of its own', {}, 'Array.prototype.map = function () { throw new Error("mine") }'],
  ['more on the prototype of objects', {}, 'Object.prototype.more = function () { throw new Error("mine") }'],
])('the stub throws nothing in a page with %s', (_, own, before) => {
  const stub = runStub(own, before)
  expect(() => stub.track('SIGN_UP', { customerId: '42' })).not.toThrow()
  expect(() => stub.track('SIGN_UP', { interactionId: Symbol('s') })).not.toThrow()
  expect(() => stub.track()).not.toThrow()
  expect(stub.q).toHaveLength(3)
  expect(stub.q[0]?.[4]).toBeGreaterThan(Date.parse('2020-01-01'))
})

test('a script that came before its stub is left alone', () => {
  const real = { track: () => 'real' }
  expect(runStub({ wasabi: real })).toBe(real)
})
