import { report } from './browser/console'
import { readCookie, removeCookie, writeCookie } from './browser/cookies'
import { listKeys, removeText } from './browser/storage'
import { settings } from './settings'

/** The visitor's answer: `granted` or `denied`. */
const COOKIE = 'wasabi_consent'

/** The visitor's permission. `undefined` until a required answer: nothing is stored, and nothing is deleted. */
export type Permission = 'granted' | 'denied' | undefined

/** Reads the permission anew each time: other tabs and subdomains change it. Of two answers, the refusal counts. */
export const permission = (): Permission => {
  const answers = readCookie(COOKIE)
  if (answers.includes('denied')) return 'denied'
  return settings.consent === 'implied' || answers.includes('granted') ? 'granted' : undefined
}

/** Remembers the visitor's answer for 365 days. */
export const rememberAnswer = (isGranted: boolean): void => {
  const isStored = writeCookie(COOKIE, isGranted ? 'granted' : 'denied')
  if (!isStored && !isGranted)
    report('consent', isGranted, 'could not be stored as a cookie; it holds for this page only')
}

/** Deletes all stored data of a visitor who has refused, in this tab or another. */
export const heedRefusal = (): void => {
  for (const name of ['wasabi_utm', 'wasabi_id']) removeCookie(name)
  for (const key of listKeys(/^wasabi\./)) removeText(key)
}
