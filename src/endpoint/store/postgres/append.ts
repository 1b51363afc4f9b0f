import { sameContent } from '../../action/revision'
import { customerDigest } from '../person'
import type { Outcome, Valid } from '../store'
import { durably, isRowsFault, type Query } from './database'
import { eventKey, formerInteractionKey, interactionKey } from './key'

/** An arrival with what the tables know it by; `former` if it came before keys had their form of today. */
type Keyed = Valid & { readonly key: string; readonly former: string; readonly customer: string }

const keyed = (arrival: Valid): Keyed => ({
  ...arrival,
  key: eventKey(arrival.action, interactionKey),
  former: eventKey(arrival.action, formerInteractionKey),
  customer: customerDigest(arrival.action.body.customerId),
})

/**
 * One parameter for each column, whatever the number of rows. Texts are parted by U+001E, which JSON cannot contain
 * unescaped (RFC 8259, section 7). Rows go in by the order of their keys, or two processes with the same events would
 * wait for each other; their numbers are given before, in the order of arrival. No statement has a name: behind a
 * pooler the next one may run on another connection.
 */
const insert = `
  WITH arrived AS MATERIALIZED (
    SELECT nextval('wasabi_sequence') AS number, received_at::bigint, decode(key, 'hex') AS key,
      decode(former, 'hex') AS former, decode(customer, 'hex') AS customer, text
    FROM unnest(string_to_array($1, ','), string_to_array($2, ','), string_to_array($3, ','),
      string_to_array($4, ','), string_to_array($5, E'\\x1e')) AS a (received_at, key, former, customer, text),
      (SELECT ${durably} OFFSET 0) AS durable
  )
  INSERT INTO wasabi_event (number, received_at, key, customer, text)
  SELECT number, received_at, key, customer, text FROM arrived
  WHERE NOT EXISTS (SELECT FROM wasabi_erased WHERE digest = customer)
    AND (SELECT true FROM wasabi_event AS e WHERE e.key = former) IS NULL
  ORDER BY key
  ON CONFLICT (key) DO NOTHING
  RETURNING encode(key, 'hex') AS key`

const known = `
  SELECT encode(key, 'hex') AS key, text FROM wasabi_event
  WHERE key = ANY (SELECT decode(k, 'hex') FROM unnest(string_to_array($1, ',')) AS k)`

const erased = `
  SELECT encode(digest, 'hex') AS digest FROM wasabi_erased
  WHERE digest = ANY (SELECT decode(d, 'hex') FROM unnest(string_to_array($1, ',')) AS d)`

/** What became of a valid arrival; `undefined` for one that the database cannot hold. */
export type Fate = Exclude<Outcome, 'refused'> | undefined

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
    column(rows, ({ former }) => former),
    column(rows, ({ customer }) => customer),
    column(rows, ({ text }) => text, '\u001e'),
  ]
  const stored = await query<{ readonly key: string }>({ text: insert, values })
  return new Set(stored.map(({ key }) => key))
}

/**
 * What is known may be there without its standby: its commit was cut off while it waited for one, by a restart or a
 * cancel. A commit after it waits for that standby too.
 */
export const waitForStandby = async (query: Query): Promise<void> => {
  await query(`SELECT ${durably}, pg_logical_emit_message(true, 'wasabi', '')`)
}

const textsOf = async (query: Query, keys: readonly string[]): Promise<ReadonlyMap<string, string>> => {
  const rows = await query<{ key: string; text: string }>({ text: known, values: [keys.join()] })
  return new Map(rows.map(({ key, text }) => [key, text]))
}

const erasedAmong = async (query: Query, customers: readonly string[]): Promise<ReadonlySet<string>> => {
  if (customers.length === 0) return new Set()
  const rows = await query<{ digest: string }>({ text: erased, values: [customers.join()] })
  return new Set(rows.map(({ digest }) => digest))
}

/** Says what became of arrivals that were not stored: those that are known, and those of erased customers. */
const explain = async (query: Query, others: readonly Keyed[]): Promise<ReadonlyMap<Keyed, Fate>> => {
  const texts = await textsOf(query, [...new Set(others.flatMap(({ key, former }) => [key, former]))])
  const textOf = ({ key, former }: Keyed): string | undefined => texts.get(key) ?? texts.get(former)
  const unknown = others.filter((arrival) => textOf(arrival) === undefined)
  const gone = await erasedAmong(
    query,
    unknown.map(({ customer }) => customer),
  )
  await waitForStandby(query)
  const fates = new Map<Keyed, Fate>()
  for (const arrival of others) {
    const text = textOf(arrival)
    if (text !== undefined) fates.set(arrival, sameContent(text, arrival.text) ? 'repeated' : 'conflicting')
    else if (gone.has(arrival.customer)) fates.set(arrival, 'erased')
  }
  return fates
}

/** Stores all that is new with one statement, which is one transaction; asks for the others afterwards. */
const appendGroup = async (query: Query, arrivals: readonly Valid[]): Promise<readonly Fate[]> => {
  const all = arrivals.map(keyed)
  const firsts = firstOfEach(all)
  const stored = await insertAll(query, [...firsts.values()])
  const isStored = (arrival: Keyed): boolean => stored.has(arrival.key) && firsts.get(arrival.key) === arrival
  const others = all.filter((arrival) => !isStored(arrival))
  if (others.length === 0) return all.map(() => 'stored')

  const fates = await explain(query, others)
  // The first of its key was of an erased customer, or it was deleted while it came again.
  const left = others.filter((arrival) => !fates.has(arrival))
  if (left.length === all.length) throw new Error('events were deleted while they came again')
  const rest = left.length > 0 ? await appendGroup(query, left) : []
  return all.map((arrival) =>
    isStored(arrival) ? 'stored' : fates.has(arrival) ? fates.get(arrival) : rest[left.indexOf(arrival)],
  )
}

/** Stores what it can: a row that the database cannot hold fails alone, and not the others of its group. */
export const appendEvents = async (query: Query, arrivals: readonly Valid[]): Promise<readonly Fate[]> => {
  try {
    return await appendGroup(query, arrivals)
  } catch (error) {
    if (arrivals.length === 1 || !isRowsFault(error)) throw error
    const half = Math.ceil(arrivals.length / 2)
    const fates: Fate[] = []
    for (const part of [arrivals.slice(0, half), arrivals.slice(half)])
      fates.push(...(await appendEvents(query, part).catch((cause: unknown) => failedRow(part, cause))))
    return fates
  }
}

const failedRow = (part: readonly Valid[], error: unknown): readonly Fate[] => {
  if (!isRowsFault(error)) throw error
  return part.map(() => undefined)
}
