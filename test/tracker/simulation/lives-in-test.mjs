/** The number of lives in each `npm test`, from seed 0 on. */
export const LIVES_IN_TEST = 3000
