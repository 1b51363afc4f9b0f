import { guard } from './guard'

const reported: string[] = []
let isDebugging = false

/** Sets whether {@link log} writes to the console. */
export const setDebug = (on: boolean): void => {
  isDebugging = on
}

/**
 * Reports a mistake in the page, once each, in a sentence that says what to do. Whatever the value, nothing is thrown.
 */
export const report = guard((name: string, value: unknown, advice: string) => {
  const mistake = `wasabi: ${name} "${String(value)}" ${advice}.`
  if (reported.includes(mistake)) return
  reported.push(mistake)
  console.error(mistake)
})

/** Logs what happens, for who debugs a page. */
export const log = guard((...words: readonly unknown[]) => {
  if (isDebugging) console.log('wasabi:', ...words)
})
