export const LIVES_IN_TEST: number
