import { sameContent } from '../../action/revision'
import { customerDigest } from '../person'
import type { Outcome, Valid } from '../store'
import { durably, isRowsFault, type Query } from './database'
import { insertAll, type Keyed } from './insert'
import { eventKey, formerInteractionKey, interactionKey } from './key'

/** The database to store in. `hasFormerKeys` is true if some events there have keys in the former form. */
export type Appending = { readonly query: Query; readonly hasFormerKeys: boolean }

// Spelt out: a spread costs more than all fields in it.
const keyed = ({ type, receivedAt, text, action }: Valid, hasFormerKeys: boolean): Keyed => ({
  type,
  receivedAt,
  text,
  action,
  key: eventKey(action, interactionKey),
  former: hasFormerKeys ? eventKey(action, formerInteractionKey) : '',
  customer: customerDigest(action.body.customerId),
})

const known = `
  SELECT encode(key, 'hex') AS key, text FROM wasabi_event
  WHERE key = ANY (SELECT decode(k, 'hex') FROM unnest(string_to_array($1, ',')) AS k)`

const erased = `
  SELECT encode(digest, 'hex') AS digest FROM wasabi_erased
  WHERE digest = ANY (SELECT decode(d, 'hex') FROM unnest(string_to_array($1, ',')) AS d)`

/** The outcome of a valid arrival; `undefined` for one that the database cannot store. */
export type Fate = Exclude<Outcome, 'refused'> | undefined

const firstOfEach = (arrivals: readonly Keyed[]): ReadonlyMap<string, Keyed> => {
  const firsts = new Map<string, Keyed>()
  for (const arrival of arrivals) if (!firsts.has(arrival.key)) firsts.set(arrival.key, arrival)
  return firsts
}

/**
 * A known event may be missing on its standby: its commit was cut off by a restart or a cancel while it waited for the
 * standby. A later commit waits for that standby too.
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

/** Returns the outcomes of arrivals that were not stored: known ones, and those of erased customers. */
const explain = async (query: Query, others: readonly Keyed[]): Promise<ReadonlyMap<Keyed, Fate>> => {
  const texts = await textsOf(query, [
    ...new Set(others.flatMap(({ key, former }) => (former === '' ? [key] : [key, former]))),
  ])
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

/** Stores all new arrivals, and looks up the others afterwards. */
const appendGroup = async (on: Appending, arrivals: readonly Valid[]): Promise<readonly Fate[]> => {
  const all = arrivals.map((arrival) => keyed(arrival, on.hasFormerKeys))
  const firsts = firstOfEach(all)
  const unstored = await insertAll(on.query, [...firsts.values()])
  const isStored = (arrival: Keyed): boolean => firsts.get(arrival.key) === arrival && !unstored.has(arrival.key)
  const others = all.filter((arrival) => !isStored(arrival))
  if (others.length === 0) return all.map(() => 'stored')

  const fates = await explain(on.query, others)
  // The first arrival of the key was of an erased customer, or the known event was deleted meanwhile.
  const left = others.filter((arrival) => !fates.has(arrival))
  if (left.length === all.length) throw new Error('events were deleted while they came again')
  const rest = left.length > 0 ? await appendGroup(on, left) : []
  return all.map((arrival) =>
    isStored(arrival) ? 'stored' : fates.has(arrival) ? fates.get(arrival) : rest[left.indexOf(arrival)],
  )
}

/** Stores what it can: a row that the database cannot store fails alone, without the others of its group. */
export const appendEvents = async (on: Appending, arrivals: readonly Valid[]): Promise<readonly Fate[]> => {
  try {
    return await appendGroup(on, arrivals)
  } catch (error) {
    if (!isRowsFault(error)) throw error
    if (arrivals.length === 1) return [undefined]
    const half = Math.ceil(arrivals.length / 2)
    const first = await appendEvents(on, arrivals.slice(0, half))
    return [...first, ...(await appendEvents(on, arrivals.slice(half)))]
  }
}
