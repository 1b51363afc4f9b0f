import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { RARE_FAULTS, SEEDED_FAULTS } from './simulation/seeded-faults'

test.each([...SEEDED_FAULTS, ...RARE_FAULTS])('$name: its text is in the source once', ({ file, text }) => {
  expect(readFileSync(file, 'utf8').split(text), `${file} has changed: change the seeded fault as well`).toHaveLength(2)
})
