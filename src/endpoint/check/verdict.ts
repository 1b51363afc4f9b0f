import { inWords, isRefusal, isTaken, type Answer, type Target } from './target'

/** One thing to try. `look` resolves to the problem and its effect on events, or to `undefined`. */
export type Check = { readonly name: string; readonly look: (target: Target) => Promise<string | undefined> }

/** Says whether the page that sends can read an answer. */
export const isReadable = ({ headers }: Answer, { origin }: Target): boolean =>
  ['*', origin].includes(headers.get('Access-Control-Allow-Origin') ?? '')

/** The effect of a wrong success. */
export const lost = 'the tracker believes it, and the event is lost'
/** The effect of a wrong failure. */
export const again = 'the tracker keeps the event and sends it again, for as long as 30 days'
/** Describes the problem if an event is not accepted. */
export const notTaken = (what: string, answer: Answer): string | undefined =>
  isTaken(answer) ? undefined : `${what} was answered with ${inWords(answer)}: ${again}`

/** Describes the problem if a body is not refused. */
export const refused = (what: string, answer: Answer): string | undefined => {
  if (isRefusal(answer)) return undefined
  return `${what} was answered with ${inWords(answer)}: ${isTaken(answer) ? lost : again}`
}
