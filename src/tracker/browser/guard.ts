/**
 * Returns the same function, but logs its errors: an error of wasabi must not affect the page. The public functions
 * run in a guard, and so do the listeners that start work.
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
