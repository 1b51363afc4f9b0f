/** How many lives each `npm test` has, from seed 0 on. */
export const LIVES_IN_TEST = 3000
