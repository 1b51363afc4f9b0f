import { expect, test } from 'vitest'
import { isDecided, settle, type Result } from './rules.mjs'

const arrived: Result = { verdict: 'arrived', worth: 'good' }
const later: Result = { verdict: 'later', worth: 'fair' }
const lost: Result = { verdict: 'lost', worth: 'bad' }
const OFTEN = 3
const race = { often: OFTEN }
const many = (result: Result, count: number) => Array.from({ length: count }, () => result)

test('a cell that is run once counts as it is', () => {
  expect(settle({}, [later])).toEqual(later)
  expect(isDecided({}, [lost])).toBe(true)
  expect(isDecided({}, [arrived])).toBe(false)
})

test('a race counts as the worst that happened often, and says how often', () => {
  expect(settle(race, many(arrived, 12))).toEqual(arrived)
  expect(settle(race, [...many(arrived, 12 - OFTEN + 1), ...many(lost, OFTEN - 1)])).toEqual({
    ...arrived,
    note: '10 of 12 times',
  })
  expect(settle(race, [...many(arrived, 12 - OFTEN), ...many(lost, OFTEN)])).toEqual({ ...lost, note: '3 of 12 times' })
  // Two worse ones of different kinds are still two that were worse.
  expect(settle(race, [...many(arrived, 9), later, later, lost])).toEqual({ ...later, note: '2 of 12 times' })
})

test('a race ends when nothing could change its verdict, and not before', () => {
  expect(isDecided(race, many(lost, OFTEN))).toBe(true)
  expect(isDecided(race, [...many(later, 8), ...many(lost, OFTEN - 1)])).toBe(false)
  expect(isDecided(race, [{ verdict: '–', worth: 'none' }])).toBe(true)
})

test('a cell that could not be run says so', () => {
  const failed: Result = { verdict: 'failed', worth: 'failed' }
  expect(settle({}, [failed])).toEqual(failed)
})
