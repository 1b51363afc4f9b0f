/** What a line may tell. There is no place in it for an address, an id or a body. */
export type LogLine = {
  readonly event:
    | 'start'
    | 'stop'
    | 'cannot start'
    | 'cannot commit'
    | 'commits again'
    | 'cannot read'
    | 'cannot expire'
    | 'erased'
    | 'expired'
  readonly message?: string
  readonly events?: number
}

/** Takes one line. */
export type Log = (line: LogLine) => void

/** An error in words that hold no data: what PostgreSQL adds in `detail` and `where` quotes rows. */
export const wordsOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown'
  const { code } = error as { readonly code?: unknown }
  return [error.message, typeof code === 'string' && !error.message.includes(code) ? code : '']
    .filter(Boolean)
    .join(', ')
}

const isTrouble = ({ event }: LogLine): boolean => event.startsWith('cannot')

/** Writes one line of JSON for each: to the standard output, or the error output when it tells of trouble. */
export const logJson: Log = (line) => {
  const { event, ...more } = line
  const level = isTrouble(line) ? 'error' : 'info'
  const text = JSON.stringify({ time: new Date(), level, event, ...more })
  if (level === 'error') console.error(text)
  else console.log(text)
}

/** Writes what tells of trouble only. */
export const logTrouble: Log = (line) => {
  if (isTrouble(line)) logJson(line)
}
