import { inWords, isRefusal, isTaken, type Answer, type Target } from './target'

/** One thing to try. Resolves to what is wrong and what that does to events, or to nothing. */
export type Check = { readonly name: string; readonly look: (target: Target) => Promise<string | undefined> }

/** Says whether the page that sends can read an answer. */
export const isReadable = ({ headers }: Answer, { origin }: Target): boolean =>
  ['*', origin].includes(headers.get('Access-Control-Allow-Origin') ?? '')

/** What a wrong success does. */
export const lost = 'the tracker believes it, and the event is lost'
/** What a wrong failure does. */
export const again = 'the tracker keeps the event and sends it again, for as long as 30 days'
/** Says what is wrong when an event is not taken. */
export const notTaken = (what: string, answer: Answer): string | undefined =>
  isTaken(answer) ? undefined : `${what} was answered with ${inWords(answer)}: ${again}`

/** Says what is wrong when a body is not refused. */
export const refused = (what: string, answer: Answer): string | undefined => {
  if (isRefusal(answer)) return undefined
  return `${what} was answered with ${inWords(answer)}: ${isTaken(answer) ? lost : again}`
}
