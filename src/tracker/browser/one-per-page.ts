/** Two copies, of whatever versions, find each other here: a symbol of the registry is no name that a page could have. */
const KEY = Symbol.for('wasabi')

/** Makes one for this page. Whoever comes second gets the first, and a warning. */
export const onePerPage = <One>(create: () => One): One => {
  const page = window as { [KEY]?: One }
  if (page[KEY]) console.warn('wasabi: this page has it already. Remove one of the two; the first one is used.')
  return (page[KEY] ??= create())
}
