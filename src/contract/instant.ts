/** A date and time of RFC 3339, section 5.6. The offset may be absent or, as in ISO 8601, lack its colon or minutes. */
const shape =
  /^(\d{4}-\d\d-\d\d)[Tt ]((?:[01]\d|2[0-3]):[0-5]\d):([0-5]\d|60)(?:\.(\d+))?(?:[Zz]|([+-])([01]\d|2[0-3])(?::?([0-5]\d))?)?$/

/** The form of `toISOString`, on a day that every month has. Nearly every event has it, and it needs no check. */
const usual = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/

/**
 * Reads a date and time as an instant. Equal instants have equal texts, however they are written, and the texts sort in
 * the order of time. A time without an offset is UTC. `undefined` if the text is no time, such as 30 February.
 */
export const readInstant = (text: string): string | undefined => {
  if (usual.test(text)) return text.replace(/\.?0*Z$/, '')
  const [, day = '', minute = '', second = '', fraction = '', sign = '+', hours = '0', minutes = '0'] =
    shape.exec(text) ?? []
  const local = Date.parse(`${day}T${minute}Z`)
  // V8 reads 30 February as 2 March, and throws when it writes an invalid date.
  if (Number.isNaN(local) || !new Date(local).toISOString().startsWith(day)) return undefined

  const offset = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -60_000 : 60_000)
  // Offsets are whole minutes, so seconds stay as written: leap seconds and more than three decimals survive.
  const utc = new Date(local - offset).toISOString().slice(0, -8)
  const outsideFourDigitYears = utc.length !== 'yyyy-mm-ddThh:mm'.length
  if (outsideFourDigitYears || (second === '60' && !utc.endsWith('T23:59'))) return undefined

  const decimals = fraction.replace(/0+$/, '')
  return `${utc}:${second}${decimals && '.'}${decimals}`
}

/** Says whether a text is a date and time. */
export const isInstant = (text: string): boolean => usual.test(text) || readInstant(text) !== undefined
