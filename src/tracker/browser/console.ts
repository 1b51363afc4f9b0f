import { guard } from './guard'

const reported: string[] = []
let isDebugging = false

/** Sets whether {@link log} writes to the console. */
export const setDebug = (on: boolean): void => {
  isDebugging = on
}

/** Reports each mistake in the page once, in a sentence that says what to do. Never throws, whatever the value. */
export const report = guard((name: string, value: unknown, advice: string) => {
  const mistake = `wasabi: ${name} "${String(value)}" ${advice}.`
  if (reported.includes(mistake)) return
  reported.push(mistake)
  console.error(mistake)
})

/** Logs to the console, if the page is debugged. */
export const log = guard((...words: readonly unknown[]) => {
  if (isDebugging) console.log('wasabi:', ...words)
})
