/**
 * What puts back the page's own links and inputs. Each press and each form begins with it: a campaign that was written
 * before is gone after a refusal, and gives way to a newer one.
 */
export const written: (() => void)[] = []

/** Writes into a link or an input, until the next press. */
export const write = <Name extends string>(element: Record<Name, string>, name: Name, value: string): void => {
  const before = element[name]
  element[name] = value
  const after = element[name]
  written.push(() => {
    // What the page has changed since is the page's.
    if (element[name] === after) element[name] = before
  })
}
