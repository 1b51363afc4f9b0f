import { inWords, isRefusal, isTaken, type Target } from './target'
import { again, refused } from './verdict'

const firstOf = async (looks: readonly Promise<string | undefined>[]): Promise<string | undefined> =>
  (await Promise.all(looks)).find((problem) => problem !== undefined)

/** Sends bodies that can never be accepted. */
export const sendFaulty = ({ post, event }: Target): Promise<string | undefined> => {
  const faulty: readonly (readonly [string, string])[] = [
    ['an empty body', ''],
    ['a body that is not JSON', 'eventType=CUSTOMER_ACTION'],
    ['a body that was cut off', event().slice(0, -10)],
    ['a list', `[${event()}]`],
    ['an event without a customer', event({ customerId: undefined })],
    ['an empty interactionId', event({ interactionId: '' })],
    ['an unknown type', event({ interaction: { type: 'PAGE_VIEW' } })],
    ['a time that is none', event({ createdAt: 'yesterday' })],
    ['an unknown eventType', event().replace('CUSTOMER_ACTION', 'PAGE_VIEW')],
  ]
  return firstOf(faulty.map(async ([what, body]) => refused(what, await post(body))))
}

/** Sends bodies that break parsers and stores. */
export const sendOdd = ({ post, event }: Target): Promise<string | undefined> => {
  const odd: readonly (readonly [string, string])[] = [
    ['NUL in an id', event({ customerId: 'a\0b' })],
    ['half a surrogate pair', event({ customerId: '\ud800' })],
    ['a number beyond all numbers', event({ note: 0 }).replace('"note":0', '"note":1e999')],
    ['absurd depth', event({ note: 0 }).replace('"note":0', `"note":${'['.repeat(5000)}${']'.repeat(5000)}`)],
    ['a body of 200 KB', event({ note: 'x'.repeat(200_000) })],
  ]
  const look = async (what: string, body: string): Promise<string | undefined> => {
    const answer = await post(body)
    return isTaken(answer) || isRefusal(answer)
      ? undefined
      : `${what} was answered with ${inWords(answer)}: ${again}, and it can never succeed`
  }
  return firstOf(odd.map(([what, body]) => look(what, body)))
}

const reasonsOf = (text: string): readonly unknown[] => {
  try {
    const { errors } = JSON.parse(text) as { readonly errors?: unknown }
    return Array.isArray(errors) ? errors : []
  } catch {
    return []
  }
}

/** Checks that a refusal names the faulty field. */
export const readReasons = async ({ post, event }: Target): Promise<string | undefined> => {
  const { text } = await post(event({ customerId: undefined }))
  const paths = reasonsOf(text).map((error) => (error as { readonly path?: unknown } | null)?.path)
  return paths.includes('/body/customerId')
    ? undefined
    : 'a refusal does not name /body/customerId in its errors: the console cannot say what to correct'
}
