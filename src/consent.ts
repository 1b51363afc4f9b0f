import type { Jar } from './cookies'

/** What a page without an answer may do. */
export type ConsentMode = 'implied' | 'required'

/** Where the visitor's permission stands. `unknown` neither stores nor deletes. */
export type Permission = 'granted' | 'denied' | 'unknown'

/** Remembers the visitor's answer. Read anew each time: other tabs and subdomains change it. */
export const createConsent = (mode: ConsentMode, jar: Jar) => ({
  permission(): Permission {
    const answers = jar.read()
    // Two answers on two domains: the refusal counts.
    if (answers.includes('denied')) return 'denied'
    return mode === 'implied' || answers.includes('granted') ? 'granted' : 'unknown'
  },
  answer(granted: boolean) {
    jar.write(granted ? 'granted' : 'denied')
  },
})
