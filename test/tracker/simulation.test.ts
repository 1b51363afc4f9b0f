import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { LIVES_IN_TEST } from './simulation/lives-in-test.mjs'
import { live } from './simulation/life'

const built = { script: readFileSync('dist/wasabi.js', 'utf8'), stub: readFileSync('dist/stub.js', 'utf8') }

const broken = async (seed: number) => {
  const { faults, story } = await live(built, seed)
  return faults[0] ? `seed ${seed}: ${faults.join('; ')}\n${story.join('\n')}` : ''
}

test(`${LIVES_IN_TEST} lives of simulated browsers break no promise`, async () => {
  for (let seed = 0; seed < LIVES_IN_TEST; seed++) expect(await broken(seed)).toBe('')
  // Ten seconds, and ten times as long on a machine that is busy.
}, 900_000)

test('the same seed is the same life', async () => {
  expect((await live(built, 7)).story).toEqual((await live(built, 7)).story)
})

/** Each of them broke a promise once, and shows the same again when its repair is taken back. */
const SHOWN = [
  [58, 'a correction started from an old copy of its page and undid that of another tab'],
  [860, 'a page in the back/forward cache, or late to hear of a reset, gave an action to a stranger'],
  [47, 'two corrections of one action in one millisecond had one key'],
  [236, 'a known id that was called again after a reset replaced the event that still waited'],
  [421, 'a later attempt went on after the refusal'],
  [198, 'a round went on though the endpoint had asked another attempt of the page to wait'],
  [34209, 'an update whose CREATED set out while a round ended had no timer'],
  [2842, 'an older correction was sent in place of the newest'],
] as const

test.each(SHOWN)('seed %i: %s', async (seed) => {
  expect(await broken(seed)).toBe('')
})
