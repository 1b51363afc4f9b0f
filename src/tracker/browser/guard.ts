/**
 * The same function, but what it throws stays here: the page must not notice a fault of ours.
 * Stands at three kinds of door: public functions, listeners and timers, the tail of a promise.
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
        // A page without a console: nobody is left to tell.
      }
      return undefined
    }
  }
