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

test('the same seed is the same life', async () => {
  expect((await live(built, 7)).story).toEqual((await live(built, 7)).story)
})
