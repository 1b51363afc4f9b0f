/** Two copies, of whatever versions, find each other here: a symbol of the registry is no name that a page could have. */
const KEY = Symbol.for('wasabi')

/** Makes one for this page; whoever comes second is given the first, and is told. */
export const onePerPage = <One>(create: () => One): One => {
  const page = window as { [KEY]?: One }
  if (page[KEY]) console.warn('wasabi: on this page already, remove one.')
  return (page[KEY] ??= create())
}
