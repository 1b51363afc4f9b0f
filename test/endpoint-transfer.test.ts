import { expect, test } from 'vitest'
import { openStore } from '../demo/endpoint/index'
import { environmentOf, useProgram } from './endpoint-process'
import { action, arrivalOf, freshFile } from './endpoint-server'
import { describeStores, usePostgres, type Place } from './endpoint-stores'

const program = useProgram('endpoint-transfer')

const odd = [
  `{ "x":1e999, "y":9007199254740993,\t"z":"\\ud800 \\u0000 é😀 \u2028", "y":1.10,\r\n` + action({ interactionId: 'odd' }).replace('{', ''),
  action({ interactionId: 'id with "quotes", "event":{} and > signs' }),
]

/** Everything that a store can hold. */
const fill = async (place: Place) => {
  const store = await openStore(place)
  const bodies = [...odd, action(), action({ customerId: 'other' }), '{}', action({ interactionId: 'e', customerId: 'erased' })]
  for (const [index, body] of bodies.entries()) await store.append([arrivalOf(Buffer.from(body), 1_700_000_000_000 + index)])
  await store.append([arrivalOf(Buffer.from([0, 255, 10]), 5)])
  await store.erase('erased')
  await store.close()
}

const contentOf = async (place: Place) => {
  const store = await openStore(place)
  const entries = await store.entries({ after: '0', limit: 1000 })
  const erased = await store.erased()
  await store.close()
  const rows = entries.map(({ receivedAt, outcome, text, bytes, refusal }) => ({ receivedAt, outcome, text, bytes: bytes && Buffer.from(bytes), refusal }))
  return { rows, erased }
}

const move = async (from: Place, to: Place, banner = '') => {
  const exported = await program.command(environmentOf(from), ['export'])
  expect(exported.errors).toBe('3 events exported\n')
  return program.command(environmentOf(to), ['import'], banner + exported.output)
}

describeStores((freshPlace) => {
  test('exports and imports all that it keeps, byte for byte, and nothing twice', async () => {
    const [from, to] = [await freshPlace(), await freshPlace()]
    await fill(from)
    const first = await move(from, to)
    expect([first.code, first.output, first.errors]).toEqual([0, '3 events imported, 0 known already, 3 bodies kept aside\n', ''])
    expect(await contentOf(to)).toEqual(await contentOf(from))

    const second = await move(from, to)
    expect([second.code, second.output]).toEqual([0, '0 events imported, 3 known already, 3 bodies kept aside\n'])
    expect(await contentOf(to)).toEqual(await contentOf(from))
  })
})

const freshDatabase = usePostgres()

test('moves from SQLite to PostgreSQL and back', async () => {
  const [from, database, back] = [{ file: freshFile() }, await freshDatabase(), { file: freshFile() }]
  await fill(from)
  const npmBanner = '\n> wasabi@0.1.0 endpoint\n> node demo/endpoint/start.mjs export\n\n'
  expect((await move(from, database, npmBanner)).code).toBe(0)
  expect((await move(database, back)).code).toBe(0)
  expect(await contentOf(back)).toEqual(await contentOf(from))
})

test('imports what was read as NDJSON, and says which lines are none', async () => {
  const line = `{"cursor":"7","receivedAt":"2026-11-23T10:00:00.000Z","event":${action()}}`
  const { code, output, errors } = await program.command({ DATA_FILE: freshFile() }, ['import'], `${line}\r\nnonsense\n{}\n${line}`)
  expect(code).toBe(1)
  expect(output).toBe('1 events imported, 1 known already, 0 bodies kept aside\n')
  expect(errors).toBe('Line 2 is no row of an export: it was left out.\nLine 3 is no row of an export: it was left out.\n')
})

test('says how it is used', async () => {
  const { code, output } = await program.command({}, ['help'])
  expect(code).toBe(1)
  expect(output).toContain('npm run endpoint')
})
