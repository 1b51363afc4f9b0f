export type MouseButton = 'left' | 'middle' | 'right'

/**
 * A tab, as the driver of any engine can drive it: a test that uses nothing else runs everywhere. Tests read what a
 * page has (cookies, storage, history) in the page itself.
 */
export type Tab = {
  /** Navigates to an address and waits for its load event. */
  readonly goto: (url: string) => Promise<unknown>
  /** Runs a function in the page, and waits for what it returns. */
  evaluate<Result, Argument>(
    run: (argument: Argument) => Result | Promise<Result>,
    argument?: Argument,
  ): Promise<Result>
  readonly reload: () => Promise<unknown>
  /** Clicks as a hand does: pressed, and released. */
  readonly click: (selector: string, options?: { readonly button?: MouseButton }) => Promise<unknown>
  /** Focuses an element and presses a key there. */
  readonly press: (selector: string, key: 'Enter') => Promise<unknown>
  /** Closes the tab as a visitor would, and lets its page act for a last time. */
  readonly close: () => Promise<void>
}
