import { randomUUID } from 'node:crypto'
import { readReasons, sendFaulty, sendOdd } from './faulty'
import { inWords, isTaken, type Target } from './target'
import { again, isReadable, lost, notTaken, type Check } from './verdict'

const taken =
  (what: string, body: (target: Target) => string): Check['look'] =>
  async (target) =>
    notTaken(what, await target.post(body(target)))

const sendTwice = async ({ post, event }: Target): Promise<string | undefined> => {
  const body = event()
  await post(body)
  const repeat = await post(body)
  if (repeat.status === 201) return 'the same event was answered with 201 twice: it seems to be stored twice'
  return notTaken('the same event again', repeat)
}

const sendAtOnce = async ({ post, event }: Target): Promise<string | undefined> => {
  const body = event()
  const answers = await Promise.all(Array.from({ length: 8 }, () => post(body)))
  if (answers.filter(({ status }) => status === 201).length > 1)
    return 'the same event eight times at once was stored more than once'
  return answers.map((answer) => notTaken('the same event eight times at once', answer)).find(Boolean)
}

const sendConflict = async ({ post, event }: Target): Promise<string | undefined> => {
  const interactionId = randomUUID()
  await post(event({ interactionId }))
  return notTaken(
    'a known interaction with other content',
    await post(event({ interactionId, createdAt: '2020-01-01T00:00:00.000Z' })),
  )
}

const sendCorrection = async ({ post, event }: Target): Promise<string | undefined> => {
  const interactionId = randomUUID()
  const createdAt = '2026-11-23T10:00:00.000Z'
  const update = (updatedAt: string) => event({ interactionId, createdAt, updatedAt }, 'UPDATED')
  const early = await post(update('2026-11-23T11:00:00.000Z'))
  const created = await post(event({ interactionId, createdAt, updatedAt: createdAt }))
  const later = await post(update('2026-11-23T12:00:00.000Z'))
  if (created.status === 200 && early.status === 201)
    return 'the CREATED after its UPDATED was taken for a repeat, and is lost'
  if (later.status === 200 && early.status === 201) return 'the second UPDATED was taken for a repeat, and is lost'
  return (
    notTaken('an UPDATED before its CREATED', early) ??
    notTaken('the CREATED after its UPDATED', created) ??
    notTaken('a second UPDATED', later)
  )
}

const readAcross = async (target: Target): Promise<string | undefined> => {
  const { post, event } = target
  if (!isReadable(await post(event()), target))
    return (
      `the answer has no Access-Control-Allow-Origin for a page of another site: ` +
      `the page cannot read it, and ${again}`
    )
  if (!isReadable(await post('{}'), target))
    return `a refusal has no Access-Control-Allow-Origin: the page takes it for a broken network, and ${again}`
  const { headers } = await post('{}')
  const exposed = headers.get('Access-Control-Expose-Headers') ?? ''
  return /(?:^|,)\s*(?:\*|retry-after)\s*(?:,|$)/i.test(exposed)
    ? undefined
    : 'Retry-After is not exposed: pages try again sooner than they are asked to'
}

const askFirst = async (target: Target): Promise<string | undefined> => {
  const answer = await target.preflight()
  if (answer.status < 200 || answer.status > 299)
    return `a preflight was answered with ${inWords(answer)}: pages that send JSON as such cannot send at all`
  return isReadable(answer, target)
    ? undefined
    : 'a preflight has no Access-Control-Allow-Origin: pages that send JSON as such cannot send at all'
}

const sendPlainly = async ({ post, event, origin }: Target): Promise<string | undefined> => {
  const answer = await post(event())
  if (answer.status === 403)
    return (
      `a page of ${origin} was answered with 403: ${again}. ` +
      'If only certain sites may send, name one of them after the address'
    )
  if (answer.status >= 300 && answer.status < 400)
    return (
      `it redirects (${inWords(answer)}), which turns a POST into a GET: ${again}. ` +
      'Use the address that it redirects to'
    )
  return notTaken('a new event', answer)
}

const sendElsewhere = async ({ post, event }: Target): Promise<string | undefined> => {
  const answer = await post(event(), { suffix: '-no-such-path' })
  if (isTaken(answer))
    return `a path that nobody serves was answered with ${inWords(answer)}: with a slip in the address, ${lost}`
  return answer.status >= 200 && answer.status < 300
    ? `a path that nobody serves was answered with a page (${inWords(answer)}): let it answer 404`
    : undefined
}

/** The checks that an endpoint has to pass so that no event is lost or stored twice. */
export const checks: readonly Check[] = [
  { name: 'accepts a new event, without a redirect or a page of HTML', look: sendPlainly },
  { name: 'recognises an event that is sent again', look: sendTwice },
  { name: 'recognises an event that is sent many times at once', look: sendAtOnce },
  { name: 'acknowledges a known interaction with other content', look: sendConflict },
  { name: 'accepts corrections, in any order', look: sendCorrection },
  {
    name: 'accepts times without an offset',
    look: taken('a time without an offset', ({ event }) => event({ createdAt: '2024-02-06T10:00:00' })),
  },
  {
    name: 'accepts unknown fields',
    look: taken('an event with an unknown field', ({ event }) => event({ note: 'x' })),
  },
  {
    name: 'accepts JSON with the type of JSON',
    look: async ({ post, event }) => notTaken('application/json', await post(event(), { type: 'application/json' })),
  },
  { name: 'refuses invalid events for good', look: sendFaulty },
  { name: 'names the faulty field', look: readReasons },
  { name: 'answers odd bodies', look: sendOdd },
  { name: 'lets pages of other sites read its answers', look: readAcross },
  { name: 'answers preflights', look: askFirst },
  {
    name: 'sets no cookies',
    look: async ({ post, event }) =>
      (await post(event())).headers.has('Set-Cookie') ? 'it sets a cookie, which no page sends back' : undefined,
  },
  { name: 'accepts nothing at other addresses', look: sendElsewhere },
]
