/** Reports a mistake in the page. It is looked for where it is made, so that it is reported once. */
export const report = (sentence: unknown): undefined => {
  console.error(`wasabi: ${sentence as string}`)
}

/** The page must not notice a fault of ours. */
export const guard =
  <Given>(heed: (given: Given) => void) =>
  (given?: Given): void => {
    try {
      heed(given as Given)
    } catch (error) {
      report(error)
    }
  }
