import { backup, DatabaseSync } from '@photostructure/sqlite'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  constants,
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { expect, onTestFinished, test, vi } from 'vitest'
import { restore } from '../../src/endpoint/commands/restore'
import { openStore } from '../../src/endpoint/store/open'
import { restoreSqlite } from '../../src/endpoint/store/sqlite/restore'
import { unprivileged } from './support/postgres'
import { useProgram } from './support/process'
import { startReceiver } from './support/receiver'
import { action, arrivalOf, freshFile } from './support/server'
import { usePostgres } from './support/stores'

const program = useProgram('endpoint-file')
const freshDatabase = usePostgres()

const arrivalsNamed = (name: string, count: number) =>
  Array.from({ length: count }, (_, index) => {
    const interactionId = `${name} ${String(index)}`
    return arrivalOf(Buffer.from(action({ interactionId, customerId: `customer of ${interactionId}` })))
  })

/** Adds events to a data file, and closes it. */
const fill = async (file: string, name: string, count = 120) => {
  const store = await openStore({ file })
  await store.append(arrivalsNamed(name, count))
  await store.close()
}

const idsIn = async (file: string): Promise<readonly string[]> => {
  const store = await openStore({ file })
  const entries = await store.events({ after: '0', limit: 1000 })
  await store.close()
  return entries.map(({ text }) => /"interactionId":"([^"]*)"/.exec(text)?.[1] ?? '')
}

/** Makes a backup as in the README: `sqlite3 FILE ".backup COPY"` is this call. */
const backUp = async (file: string): Promise<string> => {
  const copy = `${dirname(file)}/copy.sqlite`
  const database = new DatabaseSync(file)
  await backup(database, copy)
  database.close()
  return copy
}

const overwrite = (file: string, position: number, length: number): void => {
  writeSync(openSync(file, 'r+'), Buffer.alloc(length, 0x55), 0, length, position)
}

/** Ends the endpoint as the kernel does when memory runs out: its commits are in its log. */
const killed = async (file: string, name: string, note = '') => {
  const { child, post } = await program.start({ DATA_FILE: file })
  expect(await post(action({ interactionId: name, note }))).toBe(201)
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

/** A copy that SQLite makes of a file in use has more events than the file without its log. */
const newerCopy = (file: string): string => {
  const copy = `${file}.newer`
  const database = new DatabaseSync(file)
  database.exec(`VACUUM INTO '${copy}'`)
  database.close()
  return copy
}

type Harm = (file: string, old: string, other: string) => void

const faults: readonly (readonly [fault: string, harm: Harm])[] = [
  ['is deleted', (file) => rmSync(file)],
  ['is moved', (file) => renameSync(file, `${file}.moved`)],
  ['is replaced by an older copy', (file, old) => renameSync(old, file)],
  ['is overwritten by an older copy', (file, old) => copyFileSync(old, file)],
  ['is overwritten by a newer copy', (file) => copyFileSync(newerCopy(file), file)],
  ['is overwritten by another store', (file, _, other) => copyFileSync(other, file)],
  ['is overwritten in its middle', (file) => overwrite(file, 4096 * 6, 100)],
  ['is overwritten by something else', (file) => writeFileSync(file, Buffer.alloc(100_000, 'x'))],
  ['is emptied', (file) => truncateSync(file, 0)],
  ['is cut off', (file) => truncateSync(file, 8192)],
  ['loses its log', (file) => rmSync(`${file}-wal`)],
  ['loses the index of its log', (file) => rmSync(`${file}-shm`)],
]

test.each(faults)('answers 503 and is not ready when the data file %s while it runs', async (_, harm) => {
  const file = freshFile()
  await fill(file, 'old')
  const old = `${dirname(file)}/old.sqlite`
  copyFileSync(file, old)
  await fill(file, 'new')
  const other = freshFile()
  await fill(other, 'other', 500)
  const { post, origin, log } = await program.start({ DATA_FILE: file })
  expect(await post(action({ interactionId: 'before' }))).toBe(201)
  harm(file, old, other)
  for (const interactionId of ['after', 'long after']) expect(await post(action({ interactionId }))).toBe(503)
  expect((await fetch(`${origin}/health/ready`)).status).toBe(503)
  expect(log.join('')).toContain('"event":"cannot commit"')
})

test('goes on taking events while another process reads', async () => {
  const file = freshFile()
  await fill(file, 'event')
  const { post } = await program.start({ DATA_FILE: file })
  expect(await post(action())).toBe(201)
  const reader = new DatabaseSync(file, { readOnly: true })
  reader.exec('BEGIN')
  expect(reader.prepare('SELECT count(*) AS count FROM event').get()).toMatchObject({ count: 121 })
  expect(await post(action({ interactionId: 'i-2' }))).toBe(201)
  // A checkpoint, as far as the reader permits it.
  const other = new DatabaseSync(file)
  other.exec('PRAGMA wal_checkpoint(PASSIVE)')
  expect(await post(action({ interactionId: 'i-3' }))).toBe(201)
  reader.close()
  other.close()
  expect(await post(action({ interactionId: 'i-4' }))).toBe(201)
})

test('does not start on a damaged data file, and names the command that helps', async () => {
  const file = freshFile()
  await fill(file, 'event')
  overwrite(file, 4096 * 3, 4096 * 2)
  const { code, errors } = await program.command({ PORT: '0', DATA_FILE: file }, [])
  expect([code, errors]).toEqual([1, expect.stringMatching(/damaged.*wasabi-endpoint restore/)])
})

test('leaves one whole file when it stops, which can be copied', async () => {
  const file = freshFile()
  const { child, post } = await program.start({ DATA_FILE: file })
  for (let index = 0; index < 120; index += 1) await post(action({ interactionId: String(index) }))
  child.kill('SIGTERM')
  await once(child, 'exit')
  expect(readdirSync(dirname(file))).toEqual(['wasabi.sqlite'])
  const copy = freshFile()
  await fill(copy, 'made', 0)
  copyFileSync(file, copy)
  expect(await idsIn(copy)).toHaveLength(120)
})

test('lets no other user read the data file, its log, exports and forwarded events', async () => {
  const file = freshFile()
  const { post } = await program.start({ DATA_FILE: file }, 'umask 000')
  expect(await post(action())).toBe(201)
  for (const words of [['export'], ['forward', '--stdout']]) {
    const written = `${file}.${words.join('')}`
    const before = `umask 000; exec > ${written}`
    expect((await program.command({ DATA_FILE: file, BEFORE: before }, words)).code).toBe(0)
    expect(readFileSync(written, 'utf8')).toContain('"body"')
  }
  for (const name of readdirSync(dirname(file)))
    expect([name, (statSync(`${dirname(file)}/${name}`).mode & 0o777).toString(8)]).toEqual([name, '600'])
  expect((statSync(dirname(file)).mode & 0o777).toString(8)).toBe('700')
})

test('starts where there is no more room, shows and exports what is there, and takes nothing', async () => {
  const file = freshFile()
  await killed(file, 'in the log', 'x'.repeat(12_000))
  expect(statSync(`${file}-wal`).size).toBeGreaterThan(70 * 512)
  // In blocks of 512 bytes: the index of the log is 32 KB long, and the log longer.
  const full = 'ulimit -f 70'
  const { url, post, child } = await program.start({ DATA_FILE: file }, full)
  expect(await (await fetch(url)).text()).toContain('in the log')
  expect(await post(action({ interactionId: 'another' }))).toBe(503)
  const { code, output } = await program.command({ DATA_FILE: file, BEFORE: full }, ['export'])
  expect([code, output]).toEqual([0, expect.stringContaining('in the log')])
  const stopped = once(child, 'exit')
  child.kill('SIGTERM')
  expect(await stopped).toEqual([0, null])
  expect(await idsIn(file)).toEqual(['in the log'])
})

test('lets no other user read a log that was left behind when everybody could', async () => {
  const file = freshFile()
  await killed(file, 'in the log')
  for (const name of [file, `${file}-wal`]) chmodSync(name, 0o644)
  await program.start({ DATA_FILE: file })
  for (const name of [file, `${file}-wal`]) expect((statSync(name).mode & 0o777).toString(8)).toBe('640')
})

test('writes the events into a new file, whatever a run before has left behind', async () => {
  const file = freshFile()
  await fill(file, 'one', 1)
  const [written, other] = [join(dirname(file), 'events.ndjson'), join(dirname(file), 'other')]
  writeFileSync(other, 'another’s')
  symlinkSync(other, `${written}.part`)
  const { code } = await program.command({ DATA_FILE: file }, ['forward', '--file', written])
  expect(code).toBe(0)
  expect([readFileSync(other, 'utf8'), lstatSync(written).isFile()]).toEqual(['another’s', true])
  expect((statSync(written).mode & 0o777).toString(8)).toBe('600')
})

test('puts a backup in place of the data file, for readers a new store', async () => {
  const file = freshFile()
  await fill(file, 'old')
  const backup = await backUp(file)
  await killed(file, 'late')
  const { origin: before, child } = await program.start({ DATA_FILE: file })
  const page = (await (await fetch(`${before}/customer-actions?limit=1`)).json()) as { readonly next: string }
  child.kill('SIGKILL')
  await once(child, 'exit')

  const { code, output, errors } = await program.command({ DATA_FILE: file }, ['restore', backup])
  const [, replaced = ''] = /What was there before is (\S+)\.$/m.exec(output) ?? []
  expect([code, errors]).toEqual([0, ''])
  expect(output).toContain(`${file} has the 120 events of ${backup} now.`)
  expect((statSync(file).mode & 0o777).toString(8)).toBe('600')
  const { origin, post } = await program.start({ DATA_FILE: file })
  expect(await post(action({ interactionId: 'late' }))).toBe(201)
  const refused = await fetch(`${origin}/customer-actions?after=${page.next}`)
  expect([refused.status, await refused.text()]).toEqual([
    400,
    expect.stringContaining('before the store was restored'),
  ])
  expect(await idsIn(replaced)).toHaveLength(121)
})

test('restores what a link leads to, with its log, and over what a link leads to', async () => {
  const [kept, file] = [freshFile(), freshFile()]
  await killed(kept, 'in the log')
  await fill(file, 'old')
  const [newest, link] = [`${dirname(kept)}/newest`, `${dirname(file)}/link`]
  symlinkSync(kept, newest)
  symlinkSync(file, link)
  const { code, output } = await program.command({ DATA_FILE: link }, ['restore', newest])
  expect([code, output]).toEqual([0, expect.stringContaining('has the 1 events of')])
  expect(lstatSync(link).isSymbolicLink()).toBe(true)
  expect(await idsIn(file)).toEqual(['in the log'])
})

test('answers 503 when the log of a data file with another name is gone', async () => {
  const file = freshFile()
  await fill(file, 'old')
  const link = `${dirname(file)}/link`
  symlinkSync(file, link)
  const { post } = await program.start({ DATA_FILE: link })
  expect(await post(action({ interactionId: 'before' }))).toBe(201)
  rmSync(`${file}-wal`)
  expect(await post(action({ interactionId: 'after' }))).toBe(503)
})

/** Another process writes, and empties the log. */
const checkpoint = (file: string): void => {
  const database = new DatabaseSync(file)
  database.exec('UPDATE sequence SET newest = newest; PRAGMA wal_checkpoint(TRUNCATE)')
  database.close()
}

test('notices an older copy that was written over the data file after a checkpoint', async () => {
  const file = freshFile()
  await fill(file, 'old', 300)
  const old = `${file}.old`
  copyFileSync(file, old)
  const store = await openStore({ file })
  await store.append(arrivalsNamed('new', 300))
  checkpoint(file)
  copyFileSync(old, file)
  await expect(store.append(arrivalsNamed('later', 1))).rejects.toThrow('was overwritten')
  await store.close()
})

test('notices a newer copy within a second, before a checkpoint can hide it', async () => {
  vi.useFakeTimers()
  onTestFinished(() => {
    vi.useRealTimers()
  })
  const file = freshFile()
  await fill(file, 'old')
  const store = await openStore({ file })
  await store.append(arrivalsNamed('new', 1))
  const newer = newerCopy(file)
  // Another process cannot write if the copy is of a stopped endpoint.
  const copy = new DatabaseSync(newer)
  copy.exec('PRAGMA journal_mode = WAL')
  copy.close()
  checkpoint(file)
  await store.check()
  copyFileSync(newer, file)
  vi.advanceTimersByTime(1000)
  checkpoint(file)
  await expect(store.append(arrivalsNamed('later', 1))).rejects.toThrow('was overwritten')
  await store.close()
})

test('writes nothing into another file that its own was overwritten with, not even when it stops', async () => {
  const [file, other] = [freshFile(), freshFile()]
  await fill(file, 'old')
  await fill(other, 'other', 500)
  const { post, origin, child } = await program.start({ DATA_FILE: file })
  expect(await post(action({ interactionId: 'before' }))).toBe(201)
  copyFileSync(other, file)
  expect((await fetch(`${origin}/health/ready`)).status).toBe(503)
  child.kill('SIGTERM')
  await once(child, 'exit')
  expect(readFileSync(file).equals(readFileSync(other))).toBe(true)
})

test('writes nothing into another file that its own was overwritten with, not even when a command ends', async () => {
  const [file, other] = [freshFile(), freshFile()]
  // A run that forwards nothing ends without an error.
  await fill(file, 'old', 0)
  await fill(other, 'other', 500)
  const { url } = await startReceiver()
  const child = program.run({ DATA_FILE: file }, 'forward', '--to', url)
  await once(child.stderr as Readable, 'data')
  copyFileSync(other, file)
  child.kill('SIGTERM')
  await once(child, 'exit')
  expect(readFileSync(file).equals(readFileSync(other))).toBe(true)
})

test('acknowledges no erasure, and none that is taken back, in a data file that was replaced', async () => {
  const file = freshFile()
  await fill(file, 'old')
  const { origin } = await program.start({ DATA_FILE: file })
  const send = async (path: string) => (await fetch(`${origin}${path}`, { method: 'DELETE' })).status
  expect(await send('/customers/customer%20of%20old%201')).toBe(200)
  copyFileSync(file, `${file}.copy`)
  renameSync(`${file}.copy`, file)
  expect(await send('/customers/customer%20of%20old%202')).toBe(503)
  expect(await send('/customers/nobody?block=true')).toBe(503)
  expect(await send('/erased/customer%20of%20old%201')).toBe(503)
})

test('restores over a damaged data file, and to a place where there is none', async () => {
  const file = freshFile()
  await fill(file, 'old')
  const backup = await backUp(file)
  await killed(file, 'late')
  overwrite(file, 0, 4096)
  for (const place of [file, freshFile()]) {
    const { code } = await program.command({ DATA_FILE: place }, ['restore', backup])
    expect(code).toBe(0)
    expect(await idsIn(place)).toHaveLength(120)
  }
})

test('restores no customer that was erased since', async () => {
  const file = freshFile()
  await fill(file, 'old', 3)
  const backup = await backUp(file)
  const store = await openStore({ file })
  await store.erase({ customerId: 'customer of old 1' })
  await store.close()
  const { output } = await program.command({ DATA_FILE: file }, ['restore', backup])
  expect(output).toContain('has the 2 events')
  expect(await idsIn(file)).toEqual(['old 0', 'old 2'])
})

/** The first page of a table, and the last one: https://sqlite.org/fileformat2.html#b_tree_pages */
const pagesOf = (file: string, table: string): { readonly first: number; readonly last: number } => {
  const database = new DatabaseSync(file)
  const { rootpage } = database.prepare('SELECT rootpage FROM sqlite_master WHERE name = ?').get(table) as {
    readonly rootpage: number
  }
  database.close()
  return { first: rootpage, last: readFileSync(file).readUInt32BE((rootpage - 1) * 4096 + 8) }
}

const damages = [
  { where: 'the events', table: 'event', page: 'first', from: 0, left: ['old 0', 'old 2'] },
  { where: 'the list of the erased', table: 'erased', page: 'first', from: 0, left: ['old 0', 'old 1', 'old 2'] },
  { where: 'the end of that list', table: 'erased', page: 'last', from: 0, left: ['old 0', 'old 2'] },
  { where: 'one digest of that list', table: 'erased', page: 'last', from: 4080, left: ['old 0', 'old 2'] },
] as const

test.each(damages)('restores over damage in $where no customer whose erasure can be read', async (damage) => {
  const { table, page, from, left } = damage
  const file = freshFile()
  await fill(file, 'old', 3)
  const backup = await backUp(file)
  const store = await openStore({ file })
  await store.erase({ customerId: 'customer of old 1' })
  await store.addErased(Array.from({ length: 1000 }, (_, index) => index.toString(16).padStart(32, 'f')))
  await store.close()
  overwrite(file, (pagesOf(file, table)[page] - 1) * 4096 + from, 4096 - from)
  const damaged = readFileSync(file)

  const { code, output, errors } = await program.command({ DATA_FILE: file }, ['restore', backup])
  const [, replaced = ''] = /What was there before is (\S+)\.$/m.exec(output) ?? []
  expect([code, await idsIn(file)]).toEqual([0, left])
  expect(errors.replace(/ \(.*\)/, '')).toBe(
    table === 'erased'
      ? `The list of erased ids in ${replaced} cannot be read to its end: ` +
          'erase again the ids that were erased since the backup.\n'
      : '',
  )
  expect(readFileSync(replaced).equals(damaged)).toBe(true)
})

test.each([
  ['an emptied file, and warns', '', /^The list of erased ids in .* \(it has no tables of wasabi\): erase again/],
  [
    'one from before erasures were listed',
    'CREATE TABLE sequence (a); CREATE TABLE event (a); CREATE TABLE aside (a)',
    /^$/,
  ],
])('restores over %s', async (_, tables, warning) => {
  const file = freshFile()
  await fill(file, 'old', 3)
  const backup = await backUp(file)
  truncateSync(file, 0)
  const former = new DatabaseSync(file)
  former.exec(tables)
  former.close()
  const { code, errors } = await program.command({ DATA_FILE: file }, ['restore', backup])
  expect([code, errors]).toEqual([0, expect.stringMatching(warning)])
  expect(await idsIn(file)).toHaveLength(3)
})

test('restores nothing while an endpoint uses the data file', async () => {
  const file = freshFile()
  await fill(file, 'old')
  const backup = await backUp(file)
  const { post, child } = await program.start({ DATA_FILE: file })
  expect(await post(action({ interactionId: 'first' }))).toBe(201)
  const { code, errors } = await program.command({ DATA_FILE: file }, ['restore', backup])
  expect([code, errors]).toEqual([1, expect.stringMatching(/in use: stop the endpoint first/)])
  expect(await post(action({ interactionId: 'second' }))).toBe(201)
  child.kill('SIGTERM')
  await once(child, 'exit')
  expect(await idsIn(file)).toHaveLength(122)
})

test('restores nothing from what is no whole data file, and changes nothing', async () => {
  const file = freshFile()
  await fill(file, 'old')
  const folder = dirname(file)
  const damaged = await backUp(file)
  overwrite(damaged, 4096 * 3, 4096 * 2)
  const strange = `${folder}/strange.sqlite`
  const other = new DatabaseSync(strange)
  other.exec('CREATE TABLE something (x)')
  other.close()
  writeFileSync(`${folder}/empty`, '')
  writeFileSync(`${folder}/text`, 'no database'.repeat(1000))
  const names = readdirSync(folder)
  const refused: readonly (readonly [backup: string, sentence: RegExp])[] = [
    [damaged, /damaged/],
    [strange, /no data file of wasabi/],
    [`${folder}/empty`, /no data file of wasabi/],
    [`${folder}/text`, /not a database/],
    [`${folder}/missing`, /There is no file/],
    [file, /is DATA_FILE itself/],
    ['', /Say which file/],
  ]
  // The tests beside this one check the report of the program about a refusal.
  for (const [backup, sentence] of refused) await expect(restore({ file }, backup), backup).rejects.toThrow(sentence)
  expect(readdirSync(folder)).toEqual(names)
  expect(await idsIn(file)).toHaveLength(120)
})

test('reports a data file that cannot be reached as unreachable, not as missing', async () => {
  const file = freshFile()
  await fill(file, 'old')
  const copy = await backUp(file)
  // Nobody can follow this link, not even root.
  const loop = `${dirname(file)}/loop`
  symlinkSync(loop, loop)
  for (const words of [['export'], ['replay'], ['forward', '--stdout'], ['restore', copy]])
    expect(await program.command({ DATA_FILE: `${loop}/wasabi.sqlite` }, words)).toEqual({
      code: 1,
      output: '',
      errors: `Cannot reach ${loop}/wasabi.sqlite (ELOOP): do it as a user that can read and write it, such as root.\n`,
    })
})

/** Runs `work` as a user who owns none of the files: root may read and write them all. */
const asAnother = async <Result>(work: () => Promise<Result>): Promise<Result> => {
  const { uid } = unprivileged()
  if (uid === undefined) return work()
  process.seteuid?.(uid)
  try {
    return await work()
  } finally {
    process.seteuid?.(0)
  }
}

test('names a user who can restore where this user cannot', async () => {
  const file = freshFile()
  await fill(file, 'old')
  // The advice depends on the cause, and not on words in a name.
  const copy = `${dirname(file)}/full.sqlite`
  renameSync(await backUp(file), copy)
  const restoreWith = async (modes: { readonly folder: number; readonly copy: number; readonly file: number }) => {
    for (const folder of [dirname(dirname(file)), dirname(file)]) chmodSync(folder, 0o755)
    chmodSync(copy, modes.copy)
    chmodSync(file, modes.file)
    chmodSync(dirname(file), modes.folder)
    return asAnother(() => restore({ file }, copy)).catch(String)
  }
  const reach = (name: string) =>
    `Error: Cannot reach ${name} (EACCES): do it as a user that can read and write it, such as root.`
  expect(await restoreWith({ folder: 0o555, copy: 0o000, file: 0o666 })).toBe(reach(copy))
  expect(await restoreWith({ folder: 0o555, copy: 0o644, file: 0o000 })).toBe(reach(file))
  expect(await restoreWith({ folder: 0o555, copy: 0o644, file: 0o666 })).toMatch(
    /Cannot restore .* \(EACCES: .*\): do it as a user that can write DATA_FILE and its folder, such as root\.$/,
  )
  chmodSync(dirname(file), 0o755)
  expect(await idsIn(file)).toHaveLength(120)
})

test('neither uses nor replaces a device or a pipe, and leaves its rights as they are', async () => {
  const file = freshFile()
  await fill(file, 'old')
  // The advice depends on the cause, and not on words in a name.
  const pipe = `${dirname(file)}/pipe, full, busy and damaged`
  execFileSync('mkfifo', ['-m', '666', pipe])
  // While the pipe has a reader, opening it to write does not wait for one.
  const reader = openSync(pipe, constants.O_RDWR)
  onTestFinished(() => {
    closeSync(reader)
  })
  await expect(openStore({ file: pipe })).rejects.toThrow(/no file.*set DATA_FILE/)
  await expect(restoreSqlite(file, pipe)).rejects.toThrow(/pipe, and no file/)
  await expect(restoreSqlite(pipe, file)).rejects.toThrow(/pipe, and no file/)
  const { mode } = statSync(pipe)
  expect([statSync(pipe).isFIFO(), mode & 0o777]).toEqual([true, 0o666])
})

test('names what restores a PostgreSQL database', async () => {
  const { database = '' } = await freshDatabase()
  const { code, errors } = await program.command({ DATABASE_URL: database }, ['restore', 'copy.sqlite'])
  expect([code, errors]).toEqual([1, expect.stringMatching(/pg_restore/)])
  expect(existsSync('copy.sqlite')).toBe(false)
})
