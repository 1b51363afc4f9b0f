import { expect, test } from 'vitest'
import type { Action } from '../../src/contract/customer-action'
import { corrected, readCustomerId, readId, writeEvent } from '../../src/tracker/event'

const action: Action = {
  interactionId: 'i',
  customerId: 'visitor-1',
  interaction: { type: 'SIGN_UP', subscriptionContractId: 's' },
  utmParameters: { utmSource: 'x' },
  createdAt: '2026-11-23T10:00:00.000Z',
  updatedAt: '2026-11-23T10:00:00.000Z',
}

test.each([
  ['42', '42'],
  [42, '42'],
  [0, '0'],
  ['0', '0'],
  ['', undefined],
  ['undefined', undefined],
  ['null', undefined],
  [Number.NaN, undefined],
  [undefined, undefined],
  [null, undefined],
  [{}, undefined],
  [true, undefined],
  ['None', undefined],
  ['nil', undefined],
  ['<nil>', undefined],
  ['NULL', undefined],
  ['[object Object]', undefined],
  ['true', undefined],
  ['false', undefined],
  [' ', undefined],
  ['{{ customer.id }}', undefined],
  ['{% id %}', undefined],
  ['${id}', undefined],
  ['%ID%', undefined],
  ['<%= id %>', undefined],
  ['10', '10'],
  ['007', '007'],
  ['nilsson', 'nilsson'],
  ['Noneesuch', 'Noneesuch'],
  [Symbol('s'), undefined],
])('%j is the id %j', (given, id) => {
  expect(readId(given)).toBe(id)
})

test('a correction keeps type, createdAt and campaign, and changes only the details of the call', () => {
  expect(corrected(action, { customerId: '42' })).toEqual({
    ...action,
    customerId: '42',
    updatedAt: expect.any(String) as unknown,
  })
  expect(corrected(action, { subscriptionContractId: 't' }).interaction).toEqual({
    type: 'SIGN_UP',
    subscriptionContractId: 't',
  })
})

test('a correction is later than the last one, even in the same millisecond and with a clock that was set back', () => {
  const future = { ...action, updatedAt: '2999-01-01T00:00:00.000Z' }
  expect(corrected(future, {}).updatedAt).toBe('2999-01-01T00:00:00.001Z')
  const first = corrected(action, {})
  expect(Date.parse(corrected(first, {}).updatedAt)).toBeGreaterThan(Date.parse(first.updatedAt))
})

test('an event is what the contract says, whatever a library put on the prototype of arrays', () => {
  Object.defineProperty(Array.prototype, 'toJSON', { value: () => 'broken', configurable: true })
  expect(JSON.parse(writeEvent(action))).toEqual({
    eventType: 'CUSTOMER_ACTION',
    eventAction: 'CREATED',
    version: 1,
    body: action,
  })
  delete (Array.prototype as { toJSON?: unknown }).toJSON
})

test.each([0, '0', 'None'])('%j is no customer', (given) => {
  expect(readCustomerId(given)).toBeUndefined()
})

test.each(['42', 'nilsson', '00'])('%j is a customer', (given) => {
  expect(readCustomerId(given)).toBe(given)
})
