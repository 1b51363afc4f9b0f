/** The text of a value, or its type if it has no text, such as an object without a prototype. */
export const textOf = (value: unknown): string => {
  try {
    return String(value)
  } catch {
    return typeof value
  }
}

/** Throws a sentence that names the value and says what to do. */
export const refuse = (name: string, value: unknown, advice: string): never => {
  throw new TypeError(`wasabi: ${name} "${textOf(value)}" ${advice}.`)
}

/** Refuses a property with any other name: a misspelt one would be left out, and nobody would notice. */
export const checkNames = (kind: string, given: object, names: readonly string[]): void => {
  for (const name of Object.keys(given))
    if (!names.includes(name)) refuse(kind, name, `does not exist. Use ${names.join(', ')}`)
}
