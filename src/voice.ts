/** Tells a mistake, once, and what to do about it. */
export type Tell = (what: string, value: unknown, todo: string) => void

/** Says in debug what happens. */
export type Log = (...what: readonly unknown[]) => void

/** How wasabi speaks to whoever looks at the console: of mistakes always, and in debug of everything. */
export const createVoice = (settings: { readonly debug: boolean }): readonly [tell: Tell, log: Log] => {
  const told = new Set<string>()
  return [
    (what, value, todo) => {
      const mistake = `wasabi: ${what} ${String(value)}: ${todo}.`
      if (!told.has(mistake)) console.error(mistake)
      told.add(mistake)
    },
    (...what) => {
      if (settings.debug) console.log('wasabi:', ...what)
    },
  ]
}
