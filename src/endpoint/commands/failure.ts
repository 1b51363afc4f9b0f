/** By the error's code or name, for errors whose own message helps nobody. */
const sentences: Readonly<Record<string, string>> = {
  EPIPE: 'The output was closed before all was written.',
  AbortError: 'A signal ended it before all events were forwarded. The next run resumes there.',
}

/** The sentence that a command prints when it fails. */
export const sentenceOf = (error: unknown): string => {
  const { code = '', name, message = String(error) } = error as NodeJS.ErrnoException
  return sentences[code] ?? sentences[name] ?? message
}
