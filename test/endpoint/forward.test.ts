import { DatabaseSync } from '@photostructure/sqlite'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { Ajv } from 'ajv'
import { expect, onTestFinished, test } from 'vitest'
import schema from '../../src/contract/customer-action.schema.json'
import { forward } from '../../src/endpoint/commands/forward'
import { retryAfterOf } from '../../src/endpoint/forward/answer'
import { forwardAll, forwardAside } from '../../src/endpoint/forward/forward'
import { writeLines } from '../../src/endpoint/forward/lines'
import { readHeaders, readUrl } from '../../src/endpoint/forward/receiver'
import { checkReceiver } from '../../src/endpoint/forward/send'
import { waitTime } from '../../src/endpoint/forward/wait'
import { openStore } from '../../src/endpoint/store/open'
import type { LogLine } from '../../src/endpoint/log'
import { startReceiver } from './support/receiver'
import { action, arrivalOf, eventVectors, freshFile, serve } from './support/server'
import { describeStores } from './support/stores'

const isEvent = new Ajv({ formats: { 'date-time': (written: string) => !isNaN(Date.parse(written)) } }).compile(schema)

const later = (second: number): string => new Date(Date.UTC(2026, 10, 23, 11, 0, second)).toISOString()

/** Three interactions with two corrections each, mixed. */
const story = [
  ...['a', 'b', 'c'].map((interactionId) => action({ interactionId })),
  ...[1, 2].flatMap((second) =>
    ['a', 'b', 'c'].map((interactionId) => action({ interactionId, updatedAt: later(second) }, 'UPDATED')),
  ),
]

const ofInteraction = (bodies: readonly string[], id: string): readonly string[] =>
  bodies.filter((body) => body.includes(`"interactionId":"${id}"`))

const fileWith = (content: string): string => {
  const folder = mkdtempSync(join(tmpdir(), 'wasabi-'))
  onTestFinished(() => {
    rmSync(folder, { recursive: true })
  })
  const file = join(folder, 'headers')
  writeFileSync(file, content)
  return file
}

describeStores((freshPlace) => {
  const openWith = async (bodies: readonly string[]) => {
    const store = await openStore(await freshPlace())
    onTestFinished(() => store.close())
    await store.append(bodies.map((body) => arrivalOf(Buffer.from(body))))
    await store.settle()
    return store
  }
  const jobFor = (store: Awaited<ReturnType<typeof openWith>>, url: string, concurrency = 1) => {
    const lines: LogLine[] = []
    const receiver = { url: readUrl(url), headers: readHeaders(undefined) }
    const log = (line: LogLine): void => void lines.push(line)
    return { store, receiver, concurrency, log, signal: new AbortController().signal, lines }
  }

  test('each event arrives byte for byte, in order, with a key of its own, and once', async () => {
    const odd = action({ interactionId: 'odd' }).replace('"version":1', '"version" : 1.0,\n"more":1e999')
    const store = await openWith([...story, odd])
    const receiver = await startReceiver()
    expect(await forwardAll(jobFor(store, receiver.url))).toEqual({ sent: 10, setAside: 0, left: 0 })
    expect(receiver.requests.map(({ body }) => body)).toEqual([...story, odd])
    expect(new Set(receiver.requests.map(({ key }) => key)).size).toBe(10)
    // The second run continues from the stored position.
    expect(await forwardAll(jobFor(store, receiver.url))).toEqual({ sent: 0, setAside: 0, left: 0 })
    expect(receiver.requests).toHaveLength(10)
  })

  test('a receiver that loses answers, says 503 and refuses some gets each event in order', async () => {
    const store = await openWith(story)
    const receiver = await startReceiver((response, { body }, count) => {
      if (body === story[1]) response.writeHead(422).end('{"why":"unknown campaign"}')
      else if (count % 4 === 0) response.destroy()
      else if (count % 4 === 1) response.writeHead(503).end()
      else response.writeHead(200).end('ok')
    })
    const job = jobFor(store, receiver.url, 3)
    expect(await forwardAll(job)).toEqual({ sent: 8, setAside: 1, left: 0 })
    const bodies = receiver.bodies()
    expect([...bodies].sort()).toEqual([...story].sort())
    for (const id of ['a', 'b', 'c']) expect(ofInteraction(bodies, id)).toEqual(ofInteraction(story, id))
    expect(await store.forward.refusals(10)).toMatchObject([{ status: 422, answer: '{"why":"unknown campaign"}' }])
    expect(job.lines.map(({ event }) => event)).toContain('cannot forward')
    expect(await store.forward.lags(Date.now())).toMatchObject([{ events: 0, seconds: 0, setAside: 1 }])
  })

  test('an event that was set aside is sent again, and is erased with its customer', async () => {
    const [one, other] = [action({ interactionId: '1' }), action({ interactionId: '2', customerId: 'gone' })]
    const store = await openWith([one, other])
    let accepts = false
    const { url } = await startReceiver((response, { headers }) => {
      response.writeHead(headers['x-away'] === '1' ? 503 : accepts ? 200 : 413).end('no')
    })
    await forwardAll(jobFor(store, url))
    expect(await store.forward.refusals(10)).toHaveLength(2)
    await store.erase({ customerId: 'gone' })
    expect(await store.forward.refusals(10)).toHaveLength(1)
    const job = jobFor(store, url)
    expect(await forwardAside(job)).toEqual({ sent: 0, setAside: 1, left: 0 })
    expect(await store.forward.refusals(10)).toHaveLength(1)
    const away = { ...job, receiver: { url: new URL(url), headers: new Headers({ 'X-Away': '1' }) } }
    expect(await forwardAside(away)).toEqual({ sent: 0, setAside: 0, left: 1 })
    expect(await store.forward.refusals(10)).toHaveLength(1)
    accepts = true
    expect(await forwardAside(job)).toEqual({ sent: 1, setAside: 0, left: 0 })
    expect(await store.forward.refusals(10)).toEqual([])
  })

  test('a receiver that is forgotten has no lag and no refusals, and receives everything if it is named again', async () => {
    const store = await openWith(story)
    const { url, requests } = await startReceiver((response) => void response.writeHead(413).end())
    const other = await startReceiver((response) => void response.writeHead(413).end())
    for (const receiver of [url, other.url]) await forwardAll(jobFor(store, receiver))
    await expect(forward(store, ['--forget', `${url}x`])).rejects.toThrow(
      new RegExp(`^${url}x is no receiver here\\. The receivers are: .*${url}`),
    )
    expect(await forward(store, ['--forget', `${url}?token=secret`])).toBe(true)
    expect((await store.forward.lags(Date.now())).map(({ target }) => target)).toEqual([other.url])
    expect(new Set((await store.forward.refusals(100)).map(({ target }) => target))).toEqual(new Set([other.url]))
    await forwardAll(jobFor(store, url))
    expect(requests).toHaveLength(2 * story.length)
  })

  test('an event that is erased while it waits is not forwarded', async () => {
    const store = await openWith([action({ interactionId: '1' }), action({ interactionId: '2', customerId: 'gone' })])
    const receiver = await startReceiver((response) => {
      void store.erase({ customerId: 'gone' }).then(() => response.writeHead(204).end())
    })
    expect(await forwardAll(jobFor(store, receiver.url))).toEqual({ sent: 1, setAside: 0, left: 0 })
    expect(receiver.requests).toHaveLength(1)
  })

  test('the signal ends a forwarder whose receiver hangs, and the events wait', async () => {
    const store = await openWith(story)
    const ending = new AbortController()
    const receiver = await startReceiver(() => {
      ending.abort()
    })
    const job = { ...jobFor(store, receiver.url), signal: ending.signal }
    await expect(forwardAll(job)).rejects.toThrow()
    expect(await store.forward.lags(Date.now())).toMatchObject([{ events: 9 }])
  })

  test('the bare events are written a line each', async () => {
    const odd = action({ interactionId: 'odd' }).replace('{', '{\n')
    const store = await openWith([...story, odd])
    const output = new PassThrough()
    const read = text(output)
    const { events, cursor } = await writeLines({ store }, output)
    output.end()
    expect(events).toBe(10)
    expect((await read).trimEnd().split('\n')).toEqual([...story, odd.replace('\n', ' ')])
    expect(await writeLines({ store, after: cursor }, new PassThrough())).toEqual({ events: 0, cursor })
  })

  test('each line is valid against the schema, for all that the endpoint takes', async () => {
    const taken = eventVectors.filter(({ status }) => status === 201 || status === 200).map(({ body }) => body)
    const store = await openWith([...story, ...taken])
    const output = new PassThrough()
    const read = text(output)
    await writeLines({ store }, output)
    output.end()
    const lines = (await read).trimEnd().split('\n')
    expect(lines.length).toBeGreaterThan(story.length + 5)
    const problems = lines.map((line) => (isEvent(JSON.parse(line)) ? '' : `${JSON.stringify(isEvent.errors)} ${line}`))
    expect(problems.filter(Boolean)).toEqual([])
  })

  test('slips are named before anything is sent', async () => {
    const store = await openWith(story)
    const url = 'http://127.0.0.1:9/import'
    await expect(forward(store, [])).rejects.toThrow('Forward events with one of')
    await expect(forward(store, ['--to', 'ftp://example.com'])).rejects.toThrow('no http or https URL')
    await expect(forward(store, ['--to', 'http://u:secret@example.com'])).rejects.toThrow('contains a password')
    await expect(forward(store, ['--to', url, '--headers', '/none/there'])).rejects.toThrow('Cannot read the headers')
    await expect(forward(store, ['--to', url, '--concurrency', '0'])).rejects.toThrow('whole number from 1 to 100')
    const after = await store.newest()
    for (const words of [
      ['--to', url, '--after', after],
      ['--to', url, '--once', '--again'],
      ['--stdout', '--headers', 'h'],
      ['--stdout', '--concurrency', '2'],
      ['--file', '/none/there', '--once'],
      ['--forget', url, '--once'],
      ['--forget', url, '--after', after],
    ])
      await expect(forward(store, words), words.join(' ')).rejects.toThrow('There is no use for --')
    await expect(forward(store, ['--file', '/none/there'])).rejects.toThrow('Cannot write /none/there (ENOENT)')
    await expect(forward(store, ['--stdout', '--after', 'x'])).rejects.toThrow('is no cursor')
    const foreign = (await store.newest()).replace(/[\da-f]{8}$/, '0a0b0c0d')
    await expect(forward(store, ['--stdout', '--after', foreign])).rejects.toThrow('before the store was restored')
  })
})

test('sends all events again that a receiver refused, however many later ones others refused', async () => {
  const file = freshFile()
  const store = await openStore({ file })
  onTestFinished(() => store.close())
  const bodies = Array.from({ length: 450 }, (_, index) => action({ interactionId: String(index) }))
  await store.append(bodies.map((body) => arrivalOf(Buffer.from(body))))
  const receiver = await startReceiver((response) => void response.writeHead(200).end())
  const database = new DatabaseSync(file)
  database.exec(`
    INSERT INTO forward_position VALUES ('${receiver.url}', 450);
    INSERT INTO forward_aside SELECT cursor, '${receiver.url}', 0, 422, '' FROM event;
    INSERT INTO forward_aside SELECT 1, 'https://other.example/' || value, 1, 422, ''
      FROM (WITH RECURSIVE n AS (SELECT 1 AS value UNION ALL SELECT value + 1 FROM n LIMIT 10000) SELECT value FROM n);
  `)
  database.close()
  const to = { url: readUrl(receiver.url), headers: readHeaders(undefined) }
  const job = { store, receiver: to, concurrency: 1, log: () => undefined, signal: new AbortController().signal }
  expect(await forwardAside(job)).toEqual({ sent: 450, setAside: 0, left: 0 })
  expect(receiver.bodies()).toEqual(bodies)
})

test('a receiver that redirects or answers with a page is named, and one that is away is not', async () => {
  const check = async (status: number, headers: Readonly<Record<string, string>>): Promise<void> => {
    const origin = await serve((_, response) => void response.writeHead(status, headers).end())
    await checkReceiver({ url: new URL(origin), headers: new Headers() })
  }
  await expect(check(302, { location: 'https://example.com' })).rejects.toThrow('the receiver redirects')
  await expect(check(200, { 'content-type': 'text/html; charset=utf-8' })).rejects.toThrow('answers with a page')
  await check(404, { 'content-type': 'text/html' })
  await check(204, {})
  await checkReceiver({ url: new URL('http://127.0.0.1:9'), headers: new Headers() })
})

test('headers come from a file, and a slip is named without its value', () => {
  const headers = readHeaders(fileWith('# token\nAuthorization: Bearer secret\n\nX-Two: b:c\r\n'))
  expect([...headers]).toEqual([
    ['authorization', 'Bearer secret'],
    ['content-type', 'application/json'],
    ['x-two', 'b:c'],
  ])
  const slip = (content: string) => () => readHeaders(fileWith(content))
  expect(slip('Bearer secret')).toThrow(/^Line 1 of .* is no header/)
  expect(slip('Bearer secret')).not.toThrow(/secret/)
  expect(slip('A: b\nHost: secret')).toThrow(/^Line 2 of .* sets Host/)
})

test('waits grow with full jitter and honour Retry-After', () => {
  expect([0, 1, 2, 20].map((failures) => waitTime(failures, 0, 1))).toEqual([1000, 2000, 4000, 300_000])
  expect(waitTime(3, 0, 0)).toBe(0)
  expect(waitTime(0, 5000, 0)).toBe(5000)
  expect(retryAfterOf('7', 0)).toBe(7000)
  expect(retryAfterOf('Thu, 01 Jan 1970 00:00:09 GMT', 1000)).toBe(8000)
  expect(retryAfterOf('soon', 0)).toBe(0)
})

test('a file has its name once it is whole, and replaces no other', async () => {
  const { writeFile } = await import('../../src/endpoint/forward/lines')
  const before = fileWith('before')
  const store = { events: () => Promise.resolve([]), settle: () => Promise.resolve() }
  await expect(writeFile({ store }, before)).rejects.toThrow(`${before} is there already: name a new file.`)
  expect(readFileSync(before, 'utf8')).toBe('before')
  const file = `${before}-new`
  await writeFile({ store }, file)
  expect(readFileSync(file, 'utf8')).toBe('')
})
