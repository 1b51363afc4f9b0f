/** What was there before, and what was written, by link or input. */
const written = new WeakMap<object, readonly [before: string, after: string]>()

/**
 * Writes into a link or an input. Each time it begins with what the page itself has there: a campaign that was written
 * before is gone after a refusal, and gives way to a newer one.
 */
export const rewrite = <Name extends string>(
  element: Record<Name, string>,
  name: Name,
  change: (own: string) => string,
): void => {
  const [before, after] = written.get(element) ?? []
  const now = element[name]
  const own = now === after ? (before as string) : now
  const next = change(own)
  // A link that is written the same has another `href` all the same: an absolute one.
  if (next === now) return
  element[name] = next
  written.set(element, [own, element[name]])
}
