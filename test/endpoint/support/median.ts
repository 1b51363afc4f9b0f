/** The middle one of some numbers; of an even number of them, the larger one. 0 if there are none. */
export const median = (numbers: readonly number[]): number =>
  [...numbers].sort((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? 0
