/** Joiners are part of words in Persian and of many emoji, and do not reorder text. */
const harmless = '\u200c\u200d'

/**
 * A value from outside. Each character that is invisible or reorders the text around it is shown as its code: an
 * override makes one value look like another (https://trojansource.codes). Line breaks and tabs stay.
 */
export const readable = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu, (one) =>
    /[\t\n\r]/.test(one) || harmless.includes(one)
      ? one
      : `⟨U+${(one.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`,
  )
