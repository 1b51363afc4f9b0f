/** Joiners are part of words in Persian and of many emoji, and reorder nothing. */
const harmless = '\u200c\u200d'

/**
 * A value from outside, with each character shown that would be invisible or change the order of what is around it: an
 * override makes one value look like another (https://trojansource.codes). Line breaks and tabs stay.
 */
export const readable = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu, (one) =>
    /[\t\n\r]/.test(one) || harmless.includes(one)
      ? one
      : `⟨U+${(one.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`,
  )
