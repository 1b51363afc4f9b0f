import { pino } from 'pino'

/** The content of a log line. It has no field for an address, an id or a body. */
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
  /** Bodies that were kept aside. */
  readonly aside?: number
}

/** Logs one line. */
export type Log = (line: LogLine) => void

/** Describes an error without any data: the `detail` and `where` of a PostgreSQL error quote rows. */
export const wordsOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown'
  const { code } = error as { readonly code?: unknown }
  return [error.message, typeof code === 'string' && !error.message.includes(code) ? code : '']
    .filter(Boolean)
    .join(', ')
}

const isTrouble = ({ event }: LogLine): boolean => event.startsWith('cannot')

/** Writes lines at once, since the process may be about to end. A full disk or a closed pipe ends only the log. */
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

/** Writes a line as JSON: to the standard output, or to the error output if it reports trouble. */
export const logJson: Log = (line) => {
  if (isTrouble(line)) errors.error(line)
  else output.info(line)
}

/** Writes only the lines that report trouble. */
export const logTrouble: Log = (line) => {
  if (isTrouble(line)) logJson(line)
}
