/** Tells a mistake, once, and what to do about it. */
export type Tell = (what: string, value: unknown, todo: string) => void

/** Says in debug what happens. */
export type Log = (...what: readonly unknown[]) => void

type Guard = <Words extends readonly unknown[]>(speak: (...words: Words) => void) => (...words: Words) => void

/** How wasabi speaks to whoever looks at the console: of mistakes always, and in debug of everything. */
export const createVoice = (settings: { readonly debug: boolean }, guard: Guard): readonly [tell: Tell, log: Log] => {
  const told = new Set<string>()
  // A page's own console may throw, and at the tail of a promise that would be the page's fault.
  return [
    guard((what: string, value: unknown, todo: string) => {
      const mistake = `wasabi: ${what} ${String(value)}: ${todo}.`
      if (!told.has(mistake)) console.error(mistake)
      told.add(mistake)
    }),
    guard((...what: readonly unknown[]) => {
      if (settings.debug) console.log('wasabi:', ...what)
    }),
  ]
}
