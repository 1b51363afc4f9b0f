import { pino } from 'pino'

/** What a line may say. There is no place in it for an address, an id or a body. */
export type LogLine = {
  readonly event:
    | 'start'
    | 'stop'
    | 'cannot start'
    | 'cannot commit'
    | 'commits again'
    | 'cannot read'
    | 'cannot expire'
    | 'cannot forward'
    | 'forwards again'
    | 'erased'
    | 'readmitted'
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

/** Where lines go at once, since the process may be about to end. A full disk or a closed pipe ends the log alone. */
const outputOf = (descriptor: 1 | 2) => pino.destination({ dest: descriptor, sync: true }).on('error', () => undefined)

const lines = (descriptor: 1 | 2) =>
  pino(
    {
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
    },
    outputOf(descriptor),
  )
const output = lines(1)
const errors = lines(2)

/** Writes one line of JSON for each: to the standard output, or the error output when it reports trouble. */
export const logJson: Log = (line) => {
  if (isTrouble(line)) errors.error(line)
  else output.info(line)
}

/** Writes what reports trouble only. */
export const logTrouble: Log = (line) => {
  if (isTrouble(line)) logJson(line)
}
