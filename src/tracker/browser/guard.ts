/**
 * The same function, but what it throws ends here: the page must not notice a fault of ours.
 * Every public function, listener, timer and promise of ours runs in one.
 */
export const guard =
  <Arguments extends readonly unknown[], Result>(run: (...args: Arguments) => Result) =>
  (...args: Arguments): Result | undefined => {
    try {
      return run(...args)
    } catch (error) {
      try {
        console.error('wasabi:', error)
      } catch {
        // A page without a console: there is nobody to report to.
      }
      return undefined
    }
  }
