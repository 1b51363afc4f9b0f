import { resolve } from 'node:path'
import type { Readable } from 'node:stream'
import type { StorePlace } from '../store/open'
import type { Appended, Arrival, Store } from '../store/store'
import { linesIn, readLine } from './lines'

/** The result of an import. */
export type Imported = {
  /** Lines that are not empty, and not written by npm. */
  readonly rows: number
  readonly stored: number
  readonly known: number
  readonly aside: number
  /** Events of customers who are erased here: they were not kept. */
  readonly erased: number
  /** Digests of erased ids that were read. */
  readonly digests: number
  /** Events of erased ids that were here before the import, and were deleted. */
  readonly deleted: number
  /** Lines that are no row of an export, by their numbers. */
  readonly unreadable: readonly number[]
  /** Lines that the database refused, by their numbers. */
  readonly unstored: readonly number[]
}

const atOnce = 500

const countOf = (outcome: Exclude<Appended, undefined>): 'stored' | 'aside' | 'known' | 'erased' => {
  if (outcome === 'stored' || outcome === 'erased') return outcome
  return outcome === 'repeated' ? 'known' : 'aside'
}

/** Imports an export, or the NDJSON of `GET /customer-actions`. Nothing is stored twice, however often it is run. */
export const importAll = async (store: Store, input: Readable): Promise<Imported> => {
  const counts = { stored: 0, known: 0, aside: 0, erased: 0 }
  const unreadable: number[] = []
  const unstored: number[] = []
  let rows = 0
  let digests = 0
  let erased: string[] = []
  let arrivals: { readonly arrival: Arrival; readonly number: number }[] = []
  let number = 0

  const flush = async (): Promise<void> => {
    // The digests first, so that no event of their customers is stored. One commit for many: each waits for the disk.
    if (erased.length > 0) await store.addErased(erased)
    const outcomes = await store.append(arrivals.map(({ arrival }) => arrival))
    for (const [index, line] of arrivals.entries()) {
      const outcome = outcomes[index]
      if (outcome === undefined) unstored.push(line.number)
      else counts[countOf(outcome)] += 1
    }
    digests += erased.length
    erased = []
    arrivals = []
  }

  for await (const text of linesIn(input)) {
    number += 1
    const line = readLine(text.replace(/\r$/, ''))
    if (line.type !== 'nothing') rows += 1
    if (line.type === 'erased') erased.push(line.digest)
    if (line.type === 'unknown') unreadable.push(number)
    if (line.type === 'arrival') arrivals.push({ arrival: line.arrival, number })
    if (arrivals.length + erased.length >= atOnce) await flush()
  }
  await flush()
  const deleted = digests > 0 ? await store.sweepErased() : 0
  return { ...counts, rows, digests, deleted, unreadable, unstored }
}

/** The most lines that are named for each reason: in a wrong file, no line is a row of an export. */
const namedLines = 10

const printLines = (lines: readonly number[], sentence: string, question = ''): void => {
  for (const line of lines.slice(0, namedLines)) console.error(`Line ${String(line)} ${sentence}`)
  const others = lines.length - namedLines
  if (others > 0) console.error(`So were ${String(others)} more lines.${question}`)
}

/** Imports the input, and prints the result. Resolves to whether there was a row, and each was read and stored. */
export const printImport = async (store: Store, input: Readable, { file }: StorePlace): Promise<boolean> => {
  const { rows, stored, known, aside, erased, digests, deleted, unreadable, unstored } = await importAll(store, input)
  console.log(`${String(stored)} events imported, ${String(known)} known already, ${String(aside)} bodies kept aside`)
  if (digests > 0)
    console.log(
      `${String(digests)} erased ids imported: ${String(deleted)} of their events were deleted here, ` +
        'and later ones are not stored.',
    )
  if (erased > 0) console.log(`${String(erased)} events of erased customers were left out.`)
  console.log(`The store is ${file === undefined ? 'the database of DATABASE_URL' : resolve(file)}.`)
  printLines(unreadable, 'is no row of an export: it was left out.', ' Is the file an export of wasabi-endpoint?')
  printLines(unstored, 'was refused by the database, whose log has the reason: it was not stored.')
  // A command that fails before a pipe writes nothing.
  if (rows === 0)
    console.error(
      'Nothing was imported, since the input has no row: check the command or the file that it is from. ' +
        'Only an export of an empty store has none.',
    )
  return rows > 0 && unreadable.length + unstored.length === 0
}
