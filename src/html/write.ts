/**
 * The functions that restore the page's own links and inputs. Each press and each form event calls them first: a
 * written campaign disappears after a refusal, and a newer one replaces it.
 */
export const written: (() => void)[] = []

/** Writes into a link or an input, until the next press. */
export const write = <Name extends string>(element: Record<Name, string>, name: Name, value: string): void => {
  const before = element[name]
  element[name] = value
  const after = element[name]
  written.push(() => {
    // A value that the page has changed since is kept.
    if (element[name] === after) element[name] = before
  })
}
