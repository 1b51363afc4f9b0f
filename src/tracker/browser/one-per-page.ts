/**
 * Two copies, of whatever versions, find each other here: a symbol of the registry is no name that a page could have. A
 * polyfill of `Symbol` may be without it.
 */
const KEY = Symbol.for?.('wasabi') ?? '__wasabi'

/** Makes one for this page. A second caller gets the first one, and a warning. */
export const onePerPage = <One>(create: () => One): One => {
  const page = window as object as Record<symbol | string, One | undefined>
  if (page[KEY]) console.warn('wasabi: this page has it already. Remove one of the two; the first one is used.')
  return (page[KEY] ??= create())
}
