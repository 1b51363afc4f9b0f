/**
 * The key under which two copies of wasabi, of any versions, find each other. No name on a page can equal a symbol of
 * the registry. A polyfill of `Symbol` may have no registry.
 */
const KEY = Symbol.for?.('wasabi') ?? '__wasabi'

/** Creates one object for this page. A second call logs a warning and returns the first object. */
export const onePerPage = <One>(create: () => One): One => {
  const page = window as object as Record<symbol | string, One | undefined>
  if (page[KEY]) console.warn('wasabi: this page has it already. Remove one of the two; the first one is used.')
  return (page[KEY] ??= create())
}
