/** What a page without an answer may do. */
export type ConsentMode = 'implied' | 'required'

/** Where the visitor's permission stands; `undefined` while it is asked for: nothing is stored, and nothing deleted. */
export type Permission = 'granted' | 'denied' | undefined

/** The visitor's answer, remembered. Read anew each time: other tabs and subdomains change it. Of two, the refusal counts. */
export const readPermission = (answers: readonly string[], mode: ConsentMode): Permission =>
  answers.includes('denied') ? 'denied' : mode === 'implied' || answers.includes('granted') ? 'granted' : undefined
