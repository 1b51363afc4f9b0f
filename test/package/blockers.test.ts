import { FiltersEngine, Request } from '@ghostery/adblocker'
import { expect, test } from 'vitest'
import { rules, safe, blocked } from './blockers.json'

const engine = FiltersEngine.parse(rules.join('\n'))

/** Whether a blocker with these rules would let a page of `www.example.com` make the request. */
const isBlocked = ({ url, type }: (typeof safe)[number]) =>
  engine.match(Request.fromRawDetails({ url, type: type as 'script', sourceUrl: 'https://www.example.com/' })).match

test.each(safe)('blockers let $what through', (request) => {
  expect(isBlocked(request)).toBe(false)
})

test.each(blocked)('blockers stop $what', (request) => {
  expect(isBlocked(request)).toBe(true)
})

test('the rules are understood, all of them', () => {
  expect(engine.getFilters().networkFilters).toHaveLength(rules.length)
})
