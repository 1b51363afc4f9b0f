import { sameContent } from '../../action/revision'
import { customerDigest, eventKey, interactionDigest } from '../digest'
import { isVisitor } from '../person'
import type { Query } from './database'
import type { Outcome, Valid } from '../store'

/** An arrival with what the tables know it by. */
type Keyed = Valid & { readonly key: string; readonly customer: string; readonly visitor: boolean }

const keyed = (arrival: Valid): Keyed => {
  const { customerId } = arrival.action.body
  return {
    ...arrival,
    key: eventKey(arrival.action),
    customer: customerDigest(customerId),
    visitor: isVisitor(customerId),
  }
}

/**
 * One parameter for each column, whatever the number of rows, so that it is one prepared statement. Texts are parted by
 * U+001E, which JSON cannot contain unescaped (RFC 8259, section 7). Rows go in by the order of their keys, or two
 * processes with the same events would wait for each other; their numbers are given before, in the order of arrival.
 */
const insert = `
  WITH arrived AS MATERIALIZED (
    SELECT nextval('wasabi_sequence') AS number, received_at::bigint, decode(key, 'hex') AS key,
      decode(customer, 'hex') AS customer, visitor = 't' AS visitor, text
    FROM unnest(string_to_array($1, ','), string_to_array($2, ','), string_to_array($3, ','), string_to_array($4, ','),
      string_to_array($5, E'\\x1e')) AS a (received_at, key, customer, visitor, text)
  )
  INSERT INTO wasabi_event (number, received_at, key, customer, text)
  SELECT number, received_at, key, customer, text FROM arrived
  WHERE NOT EXISTS (SELECT FROM wasabi_erased WHERE digest = customer)
    AND NOT (visitor AND EXISTS (SELECT FROM wasabi_erased WHERE digest = substr(key, 1, 16)))
  ORDER BY key
  ON CONFLICT (key) DO NOTHING
  RETURNING encode(key, 'hex') AS key`

const known = `
  SELECT encode(key, 'hex') AS key, text FROM wasabi_event
  WHERE key = ANY (SELECT decode(k, 'hex') FROM unnest(string_to_array($1, ',')) AS k)`

const erased = `
  SELECT encode(digest, 'hex') AS digest FROM wasabi_erased
  WHERE digest = ANY (SELECT decode(d, 'hex') FROM unnest(string_to_array($1, ',')) AS d)`

/** What became of a valid arrival, and whether it tells more of an erased person than was known. */
export type Fate = { readonly outcome: Exclude<Outcome, 'refused'>; readonly tellsMore?: boolean }

const firstOfEach = (arrivals: readonly Keyed[]): ReadonlyMap<string, Keyed> => {
  const firsts = new Map<string, Keyed>()
  for (const arrival of arrivals) if (!firsts.has(arrival.key)) firsts.set(arrival.key, arrival)
  return firsts
}

const column = (arrivals: readonly Keyed[], cell: (arrival: Keyed) => string, separator = ','): string =>
  arrivals.map(cell).join(separator)

const insertAll = async (query: Query, rows: readonly Keyed[]): Promise<ReadonlySet<string>> => {
  const values = [
    column(rows, ({ receivedAt }) => String(receivedAt)),
    column(rows, ({ key }) => key),
    column(rows, ({ customer }) => customer),
    column(rows, ({ visitor }) => (visitor ? 't' : 'f')),
    column(rows, ({ text }) => text, '\u001e'),
  ]
  const stored = await query<{ readonly key: string }>({ name: 'insert', text: insert, values })
  return new Set(stored.map(({ key }) => key))
}

/**
 * What is known may be there without its standby: its commit was cut off while it waited for one, by a restart or a cancel. A
 * commit after it waits for that standby too.
 */
export const waitForStandby = async (query: Query): Promise<void> => {
  await query("SELECT pg_logical_emit_message(true, 'wasabi', '')")
}

/** Stores all that is new with one statement, which is one transaction; asks for the others afterwards. */
export const appendEvents = async (query: Query, arrivals: readonly Valid[]): Promise<readonly Fate[]> => {
  const all = arrivals.map(keyed)
  const firsts = firstOfEach(all)
  const stored = await insertAll(query, [...firsts.values()])
  if (stored.size === all.length) return all.map(() => ({ outcome: 'stored' }))

  const others = all.filter((arrival) => !stored.has(arrival.key) || firsts.get(arrival.key) !== arrival)
  const keys = [...new Set(others.map(({ key }) => key))]
  const texts = new Map<string, string>()
  for (const { key, text } of await query<{ key: string; text: string }>({
    name: 'known',
    text: known,
    values: [keys.join()],
  }))
    texts.set(key, text)
  const suspects = others
    .filter(({ key }) => !texts.has(key))
    .flatMap(({ key, customer }) => [key.slice(0, 32), customer])
  const gone = new Set<string>()
  if (suspects.length > 0)
    for (const { digest } of await query<{ digest: string }>({
      name: 'erased',
      text: erased,
      values: [suspects.join()],
    }))
      gone.add(digest)
  await waitForStandby(query)

  const fates = all.map((arrival): Fate | undefined => {
    const { key, customer, visitor, text, action } = arrival
    if (stored.has(key) && firsts.get(key) === arrival) return { outcome: 'stored' }
    const knownText = texts.get(key)
    if (knownText !== undefined) return { outcome: sameContent(knownText, text) ? 'repeated' : 'conflicting' }
    const interaction = interactionDigest(action.body.interactionId)
    if (gone.has(customer)) return { outcome: 'erased', tellsMore: !gone.has(interaction) }
    if (visitor && gone.has(interaction)) return { outcome: 'erased', tellsMore: true }
    // The first of its key was of an erased customer, or it was deleted while it came again.
    return undefined
  })
  const left = arrivals.filter((_, index) => fates[index] === undefined)
  if (left.length === arrivals.length) throw new Error('events were deleted while they came again')
  const rest = left.length > 0 ? [...(await appendEvents(query, left))] : []
  return fates.map((fate) => fate ?? (rest.shift() as Fate))
}
