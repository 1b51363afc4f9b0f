/** Reports a mistake in the page. It is looked for where it is made, so that it is reported once. */
export const report = (name: string, value: string): void => {
  console.error(`wasabi: "${value}" is no ${name}; ignored.`)
}

/** The page must not notice a fault of ours. */
export const guard =
  <Given>(heed: (given: Given) => void) =>
  (given: Given): void => {
    try {
      heed(given)
    } catch (error) {
      console.error('wasabi:', error)
    }
  }
