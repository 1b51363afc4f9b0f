import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync } from 'node:fs'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import type { Refusal } from '../../src/endpoint/action/validate'
import { importAll } from '../../src/endpoint/commands/import'
import { openStore } from '../../src/endpoint/store/open'
import { createPostgres } from '../../src/endpoint/store/postgres/database'
import { environmentOf, root, useProgram } from './support/process'
import { action, arrivalOf, freshFile, startEndpoint } from './support/server'
import { describeStores, usePostgres, type Place } from './support/stores'

const program = useProgram('endpoint-transfer')

const odd = [
  `{ "x":1e999, "y":9007199254740993,\t"z":"\\ud800 \\u0000 é😀 \u2028", "y":1.10,\r\n` +
    action({ interactionId: 'odd' }).replace('{', ''),
  action({ interactionId: 'id with "quotes", "event":{} and > signs' }),
  // Line breaks for some readers, but not in JSON.
  action({ interactionId: 'a\u2028b\u2029c' }),
]

/** Fills a store with everything that it can contain. */
const fill = async (place: Place) => {
  const store = await openStore(place)
  const bodies = [
    ...odd,
    action(),
    action({ customerId: 'other' }),
    '{}',
    action({ interactionId: 'e', customerId: 'erased' }),
  ]
  for (const [index, body] of bodies.entries())
    await store.append([arrivalOf(Buffer.from(body), 1_700_000_000_000 + index)])
  await store.append([arrivalOf(Buffer.from([0, 255, 10]), 5)])
  await store.erase({ customerId: 'erased' })
  await store.close()
}

const contentOf = async (place: Place) => {
  const store = await openStore(place)
  const entries = await store.entries({ after: '0', limit: 1000 })
  const erased = await store.erased({ after: '', limit: 1000 })
  await store.close()
  const rows = entries.map(({ receivedAt, outcome, text, bytes, refusal }) => ({
    receivedAt,
    outcome,
    text,
    bytes: bytes && Buffer.from(bytes),
    refusal,
  }))
  return { rows, erased }
}

const rowOf = (event: string): string => `{"receivedAt":"2026-11-23T10:00:00.000Z","event":${event}}`

const firstLine = ({ output }: { readonly output: string }) => output.split('\n')[0]

const move = async (from: Place, to: Place, banner = '') => {
  const exported = await program.command(environmentOf(from), ['export'])
  expect(exported.errors).toBe('4 events exported\n')
  return program.command(environmentOf(to), ['import'], banner + exported.output)
}

describeStores((freshPlace) => {
  test('exports and imports all that it keeps, byte for byte, and nothing twice', async () => {
    const [from, to] = [await freshPlace(), await freshPlace()]
    await fill(from)
    const first = await move(from, to)
    const place = to.file ?? 'the database of DATABASE_URL'
    expect([first.code, first.output, first.errors]).toEqual([
      0,
      '4 events imported, 0 known already, 3 bodies kept aside\n' +
        '1 erased ids imported: 0 of their events were deleted here, and later ones are not stored.\n' +
        `The store is ${place}.\n`,
      '',
    ])
    expect(await contentOf(to)).toEqual(await contentOf(from))

    const second = await move(from, to)
    expect([second.code, firstLine(second)]).toEqual([0, '0 events imported, 4 known already, 3 bodies kept aside'])
    expect(await contentOf(to)).toEqual(await contentOf(from))
  })

  test('an import erases the earlier events of an erased customer, and of nobody who merely claims to be that customer', async () => {
    const [from, to] = [await freshPlace(), await freshPlace()]
    await fill(from)
    const store = await openStore(to)
    for (const customerId of ['erased', 'somebody', 'visitor-1'])
      await store.append([arrivalOf(Buffer.from(action({ interactionId: `late of ${customerId}`, customerId })))])
    const given = action(
      { interactionId: 'late of visitor-1', customerId: 'erased', updatedAt: '2026-11-23T11:00:00.000Z' },
      'UPDATED',
    )
    await store.append([arrivalOf(Buffer.from(given))])
    await store.close()
    const { output } = await move(from, to)
    expect(output).toContain(
      '1 erased ids imported: 2 of their events were deleted here, and later ones are not stored.',
    )
    const late = (await contentOf(to)).rows.map(({ text }) => /late of (\w+)/.exec(text)?.[1]).filter(Boolean)
    expect(late).toEqual(['somebody', 'visitor'])
  })

  test('an import counts the events that it deletes of a customer who was readmitted', async () => {
    const place = await freshPlace()
    const store = await openStore(place)
    onTestFinished(() => store.close())
    await store.erase({ customerId: 'back', block: true })
    const { output: exported } = await program.command(environmentOf(place), ['export'])
    await store.readmit('back')
    for (const customerId of ['back', 'somebody'])
      await store.append([arrivalOf(Buffer.from(action({ interactionId: `of ${customerId}`, customerId })))])
    const { code, output } = await program.command(environmentOf(place), ['import'], exported)
    expect([code, output.split('\n')[1]]).toEqual([
      0,
      '1 erased ids imported: 1 of their events were deleted here, and later ones are not stored.',
    ])
    expect(await store.events({ after: '0', limit: 10 })).toMatchObject([{ text: expect.stringContaining('somebody') }])
  })
})

const freshDatabase = usePostgres()

test('moves from SQLite to PostgreSQL and back', async () => {
  const [from, database, back] = [{ file: freshFile() }, await freshDatabase(), { file: freshFile() }]
  await fill(from)
  const npmBanner = '\n> wasabi@0.1.0 endpoint\n> node src/endpoint/start.mjs export\n\n'
  expect((await move(from, database, npmBanner)).code).toBe(0)
  expect((await move(database, back)).code).toBe(0)
  expect(await contentOf(back)).toEqual(await contentOf(from))
})

/** A database that refuses each event with the word poison. */
const poisonedDatabase = async () => {
  const place = await freshDatabase()
  await (await openStore(place)).close()
  const other = createPostgres(place.database ?? '')
  await other.query(`ALTER TABLE wasabi_event ADD CHECK (text NOT LIKE '%poison%')`)
  await other.end()
  return place
}

test.each([
  [['before', 'poison', 'after'], 2],
  [['poison'], 0],
])('an import of %j names the row that the database refuses, and stores the others', async (ids, stored) => {
  const place = await poisonedDatabase()
  const lines = ids.map((interactionId) => rowOf(action({ interactionId })))
  const { code, output, errors } = await program.command(
    environmentOf(place),
    ['import'],
    ['> npm', ...lines].join('\n'),
  )
  expect([code, firstLine({ output })]).toEqual([
    1,
    `${String(stored)} events imported, 0 known already, 0 bodies kept aside`,
  ])
  const line = String(ids.indexOf('poison') + 2)
  expect(errors).toBe(`Line ${line} was refused by the database, whose log has the reason: it was not stored.\n`)
})

test('a replay keeps a body that the database refuses, stores the others, and says so', async () => {
  const place = await poisonedDatabase()
  const store = await openStore(place)
  onTestFinished(() => store.close())
  const refusal = { status: 422, errors: [] } as const
  for (const interactionId of ['poison', 'other'])
    await store.append([{ type: 'refused', receivedAt: 5, bytes: Buffer.from(action({ interactionId })), refusal }])
  expect(await program.command(environmentOf(place), ['replay'])).toEqual({
    code: 1,
    output: '1 events taken, 0 still refused\n',
    errors: 'The database refused 1 events, and its log has the reason: they are still kept aside.\n',
  })
  expect(await store.aside('refused', { after: '0', limit: 10 })).toMatchObject([
    { text: expect.stringContaining('poison') },
  ])
})

test('exports nothing rather than a part, while an open transaction hides what came after it', async () => {
  const place = await freshDatabase()
  await fill(place)
  const other = createPostgres(place.database ?? '')
  onTestFinished(() => other.end())
  await other.transaction(async (query) => {
    await query('SELECT pg_current_xact_id()')
    const store = await openStore(place)
    await store.append([arrivalOf(Buffer.from(action({ interactionId: 'hidden' })))])
    await store.close()
    const { code, output, errors } = await program.command(environmentOf(place), ['export'])
    expect([code, output]).toEqual([1, ''])
    expect(errors).toMatch(/transaction that is still open .* end it, and try again/)
  })
  expect((await program.command(environmentOf(place), ['export'])).output).toContain('hidden')
})

test('imports what was read as NDJSON, and says which lines are none', async () => {
  const line = `{"cursor":"7","receivedAt":"2026-11-23T10:00:00.000Z","event":${action()}}`
  const { code, output, errors } = await program.command(
    { DATA_FILE: freshFile() },
    ['import'],
    `${line}\r\nnonsense\n{}\n${line}`,
  )
  expect(code).toBe(1)
  expect(firstLine({ output })).toBe('1 events imported, 1 known already, 0 bodies kept aside')
  expect(errors).toBe(
    'Line 2 is no row of an export: it was left out.\nLine 3 is no row of an export: it was left out.\n',
  )
})

const importLines = async (...lines: readonly string[]) => {
  const place = { file: freshFile() }
  const { code, output, errors } = await program.command(environmentOf(place), ['import'], lines.join('\n'))
  return { place, code, output, errors }
}

test.each(['', '\n', '\n> wasabi@0.1.0 endpoint\n> node src/endpoint/start.mjs export\n\n'])(
  'names the likely mistake when the input %j has no row',
  async (input) => {
    expect(await importLines(input)).toMatchObject({
      code: 1,
      errors:
        'Nothing was imported, since the input has no row: check the command or the file that it is from. ' +
        'Only an export of an empty store has none.\n',
    })
  },
)

test('imports a file that an editor on Windows has saved', async () => {
  const { output, errors } = await importLines(
    `\uFEFF{"receivedAt":"2026-11-23T10:00:00.000Z","event":${action()}}\r`,
    '',
  )
  expect([firstLine({ output }), errors]).toEqual(['1 events imported, 0 known already, 0 bodies kept aside', ''])
})

test('imports digests of erased ids, and refuses anything else in their place', async () => {
  const digest = '0123456789abcdef0123456789abcdef'
  const others = ['garbage', digest.slice(1), digest.toUpperCase(), 7, [digest]]
  const { place, code, errors } = await importLines(...[digest, ...others].map((erased) => JSON.stringify({ erased })))
  expect(code).toBe(1)
  expect(errors.match(/^Line \d is no row of an export/gm)).toHaveLength(others.length)
  expect((await contentOf(place)).erased).toEqual([digest])
})

test('counts the events of erased customers apart, and makes few commits of many digests', async () => {
  const store = await openStore({ file: freshFile() })
  onTestFinished(() => store.close())
  let commits = 0
  const counted = {
    ...store,
    addErased: (digests: readonly string[]) => {
      commits += 1
      return store.addErased(digests)
    },
  }
  await store.erase({ customerId: 'gone', block: true })
  const digests = Array.from({ length: 1200 }, (_, n) => JSON.stringify({ erased: n.toString(16).padStart(32, '0') }))
  const events = [
    action({ interactionId: '1', customerId: 'gone' }),
    action({ interactionId: '2', customerId: 'here' }),
  ]
  const rows = events.map((event) => `{"receivedAt":"2026-11-23T10:00:00.000Z","event":${event}}`)
  const imported = await importAll(counted, Readable.from([[...digests, ...rows].join('\n')]))
  expect(imported).toMatchObject({ stored: 1, known: 0, aside: 0, erased: 1, unreadable: [] })
  expect(commits).toBeLessThanOrEqual(3)
})

test('names a few lines of a file that is no export, and counts the others', async () => {
  const { code, errors } = await importLines(...Array.from({ length: 5000 }, () => action()))
  expect(code).toBe(1)
  expect(errors.split('\n')).toHaveLength(12)
  expect(errors).toContain('So were 4990 more lines.')
})

test('says what to import when a folder is given', () => {
  const folder = openSync(root, 'r')
  const { status, stderr } = spawnSync(process.execPath, [program.file, 'import'], {
    encoding: 'utf8',
    stdio: [folder, 'pipe', 'pipe'],
    env: { ...process.env, DATA_FILE: freshFile() },
  })
  closeSync(folder)
  expect([status, stderr]).toEqual([1, 'Name the file to import, as in wasabi-endpoint import < events.ndjson.\n'])
})

test('imports rows that were edited, whatever the white space and the order of the fields', async () => {
  const row = (interactionId: string) => ({
    receivedAt: '2026-11-23T10:00:00.000Z',
    event: JSON.parse(action({ interactionId })) as unknown,
  })
  const { receivedAt, event } = row('c')
  const exact = { receivedAt, text: `\n${action({ interactionId: 'wrong' })}`, event: row('d').event }
  const { place, code, output } = await importLines(
    ` ${JSON.stringify(row('a')).replaceAll('":', '" : ')} `,
    JSON.stringify(row('b'), null, '\t').replaceAll('\n', ''),
    JSON.stringify({ event, receivedAt }),
    JSON.stringify(exact),
  )
  expect([code, firstLine({ output })]).toEqual([0, '4 events imported, 0 known already, 0 bodies kept aside'])
  const { rows } = await contentOf(place)
  const ids = rows.map(({ text }) => (JSON.parse(text) as { body: { interactionId: string } }).body.interactionId)
  expect(ids).toEqual(['a', 'b', 'c', 'd'])
})

test('imports a corrected refused row as an event, and any other as refused, with reasons of its own', async () => {
  const from = { file: freshFile() }
  const store = await openStore(from)
  await store.append([
    arrivalOf(Buffer.from(action({ customerId: 'c-1', note: 'misspelt' }).replace('SIGN_UP', 'SIGNUP'))),
  ])
  await store.close()
  const { output } = await program.command(environmentOf(from), ['export'])
  expect((await importLines(output.replace('SIGNUP', 'SIGN_UP'))).output).toMatch(/^1 events imported.* 0 bodies/)
  const odd = { receivedAt: '2026-11-23T10:00:00.000Z', outcome: 'refused', status: 422, errors: 'odd', body: '{}' }
  const { place } = await importLines(JSON.stringify(odd))
  const { get } = await startEndpoint(place)
  const refused = await get('/refused')
  expect(refused.status).toBe(200)
  expect(await refused.text()).toContain('/eventType is missing')
})

test('shows rows that an earlier version imported with odd reasons', async () => {
  const place = { file: freshFile() }
  const store = await openStore(place)
  const odd = { status: 422, errors: [null, { path: 1 }, 'x'] } as unknown as Refusal
  await store.append([
    { type: 'refused', receivedAt: 1, bytes: Buffer.from('{}'), refusal: odd },
    {
      type: 'refused',
      receivedAt: 1,
      bytes: Buffer.from('[]'),
      refusal: { ...odd, errors: 'odd' } as unknown as Refusal,
    },
  ])
  await store.close()
  const { get } = await startEndpoint(place)
  expect((await get('/refused')).status).toBe(200)
})

test('reads a line without end in the time that its length takes, and goes on after it', async () => {
  const store = await openStore({ file: freshFile() })
  const chunk = 'x'.repeat(65_536)
  function* lines() {
    for (let sent = 0; sent < 6000; sent += 1) yield chunk
    yield `\n{"receivedAt":"2026-11-23T10:00:00.000Z","event":${action()}}`
  }
  expect(await importAll(store, Readable.from(lines()))).toMatchObject({ stored: 1, unreadable: [1] })
  await store.close()
})

/** The program that provides a terminal. Every Linux has it. The one of BSD and macOS has other arguments. */
const hasTerminal = spawnSync('script', ['--version']).status === 0
console.log(`terminals on this machine: ${hasTerminal ? 'script' : 'none; util-linux brings script'}`)

if (hasTerminal)
  test('says what to import when it would wait for a terminal', () => {
    const { status, stdout } = spawnSync(
      'script',
      ['-qec', `"${process.execPath}" "${program.file}" import`, '/dev/null'],
      {
        encoding: 'utf8',
        env: { ...process.env, DATA_FILE: freshFile() },
        // The keyboard, on which nobody types.
        stdio: ['pipe', 'pipe', 'pipe'],
        timeout: 120_000,
      },
    )
    expect([status, stdout.trim()]).toEqual([
      1,
      'Name the file to import, as in wasabi-endpoint import < events.ndjson.',
    ])
  })

test.each([[['export']], [['forward', '--stdout']]])('reports that %j was cut off, as head does', async (words) => {
  const file = freshFile()
  const store = await openStore({ file })
  // More than the buffer of a pipe (Linux: 64 KiB).
  const bodies = Array.from({ length: 1000 }, (_, index) => action({ interactionId: `event-${index}` }))
  await store.append(bodies.map((body) => arrivalOf(Buffer.from(body))))
  await store.close()
  const child = program.run({ DATA_FILE: file }, ...words)
  child.stdout?.destroy()
  const ended = once(child, 'exit')
  expect(await text(child.stderr as Readable)).toBe('The output was closed before all was written.\n')
  expect(await ended).toEqual([1, null])
})

test.each(['export', 'replay'])('reports that there is no file to %s', async (command) => {
  const file = freshFile()
  const { code, output, errors } = await program.command({ DATA_FILE: file }, [command])
  expect([code, output, errors]).toEqual([
    1,
    '',
    `There is no file ${file}: set DATA_FILE to the file of the endpoint.\n`,
  ])
  expect(existsSync(file)).toBe(false)
})

test('says how it is used, and which version it is', async () => {
  const help = await program.command({}, ['--help'])
  expect([help.code, help.output]).toEqual([0, expect.stringContaining('wasabi-endpoint export')])
  expect(await program.command({}, ['--version'])).toEqual({ code: 0, output: '0.1.0\n', errors: '' })
  const unknown = await program.command({}, ['exprot'])
  expect([unknown.code, unknown.errors]).toEqual([1, expect.stringContaining('wasabi-endpoint export')])
  expect(unknown.errors).toMatch(/^There is no command exprot\.\n/)
  expect((await program.command({}, ['--rate-limit', '7'])).errors).toMatch(
    /^There is no option --rate-limit. Set RATE_LIMIT=…/,
  )
  expect(await program.command({}, ['export', '--help'])).toEqual(help)
})

test.each([
  [['import', 'backup.ndjson'], 'import has no use for "backup.ndjson": wasabi-endpoint import < backup.ndjson.'],
  [['export', 'all.ndjson'], 'export has no use for "all.ndjson": wasabi-endpoint export > all.ndjson.'],
  [['replay', 'now'], 'replay has no use for "now".'],
  [['restore', 'monday.sqlite', 'tuesday.sqlite'], 'restore has no use for "tuesday.sqlite".'],
  [['check', 'http://localhost', 'https://shop.example', 'twice'], 'check has no use for "twice".'],
])('does nothing with %j, and says what to type', async (words, sentence) => {
  expect(await program.command({}, words)).toEqual({ code: 1, output: '', errors: `${sentence}\n` })
})
