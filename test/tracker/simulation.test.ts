import { expect, test } from 'vitest'
import { readBuilt } from './simulation/build.mjs'
import { LIVES_IN_TEST } from './simulation/lives-in-test.mjs'
import { live } from './simulation/life'

const built = readBuilt()

const broken = async (seed: number) => {
  const { faults, story } = await live(built, seed)
  return faults[0] ? `seed ${seed}: ${faults.join('; ')}\n${story.join('\n')}` : ''
}

test(`${LIVES_IN_TEST} lives of simulated browsers break no promise`, async () => {
  for (let seed = 0; seed < LIVES_IN_TEST; seed++) expect(await broken(seed)).toBe('')
  // Ten seconds, and ten times as long on a machine that is busy.
}, 900_000)

test.each([
  [129_595, 'a page that a full storage keeps from knowing an action does not correct it'],
  [892_107, 'a page that alone remembers an action, since storage was full, may correct it after another tab’s reset'],
])('seed %i: %s', async (seed) => {
  expect(await broken(seed)).toBe('')
})

test('the same seed is the same life', async () => {
  expect((await live(built, 7)).story).toEqual((await live(built, 7)).story)
})
