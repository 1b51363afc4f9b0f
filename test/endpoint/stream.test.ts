import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { createHandler } from '../../src/endpoint/http/endpoint'
import { createStream } from '../../src/endpoint/http/stream'
import { openStore } from '../../src/endpoint/store/open'
import type { Store } from '../../src/endpoint/store/store'
import { action, arrivalOf, freshFile, serveEndpoint, startEndpoint } from './support/server'
import { describeStores } from './support/stores'

type Message = { readonly id?: string; readonly event?: string; readonly data?: string }

const parse = (block: string): Message =>
  Object.fromEntries(
    block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  )

/** Follows a stream. `next` waits for its next message. The first message has only an id. */
const follow = async (url: string, headers = {}) => {
  const gone = new AbortController()
  onTestFinished(() => {
    gone.abort()
  })
  const answer = await fetch(`${url}/stream`, { headers, signal: gone.signal })
  expect(answer.headers.get('Content-Type')).toBe('text/event-stream')
  const reader = (answer.body as ReadableStream<BufferSource>).pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  const next = async (): Promise<Message> => {
    while (!text.includes('\n\n')) {
      const { value, done } = await reader.read()
      if (done) return {}
      text += value
    }
    const [block = ''] = text.split('\n\n', 1)
    text = text.slice(block.length + 2)
    return parse(block)
  }
  return { next, start: (await next()).id }
}

describeStores((freshPlace) => {
  test('shows arriving events, with the reason when one is not stored', async () => {
    const { url, post } = await startEndpoint(await freshPlace())
    const { next } = await follow(url)
    const bodies = [action(), '{}', action(), action({ customerId: 'c-2' }), 'no JSON "\n\n', 'x'.repeat(20_000)]

    const messages = []
    for (const body of bodies) {
      await post(body)
      // One after the other: of bodies that arrive at once, plain repeats, which are not stored, are shown last.
      const { event, data = '' } = await next()
      messages.push([event, JSON.parse(data)])
    }
    expect(messages).toMatchObject([
      ['stored', { event: { body: { customerId: 'c-1' } } }],
      ['refused', { status: 422, body: '{}', reason: expect.stringContaining('/eventType is missing') as string }],
      ['repeated', { reason: 'known already' }],
      [
        'repeated',
        { reason: 'known with other content; this body is kept aside', event: { body: { customerId: 'c-2' } } },
      ],
      ['refused', { status: 400, body: 'no JSON "\n\n' }],
      ['refused', { status: 413 }],
    ])
  })

  test('resumes after the last message seen, over a restart too', async () => {
    const { url, post, endpoint, options } = await startEndpoint(await freshPlace())
    await post(action({ interactionId: 'a' }))
    const { next } = await follow(url)
    await post(action({ interactionId: 'b' }))
    const { id } = await next()
    await post('{}')
    await post(action({ interactionId: 'c' }))
    await endpoint.close()

    const restarted = await startEndpoint(options)
    const resumed = await follow(restarted.url, { 'Last-Event-ID': id })
    await restarted.post(action({ interactionId: 'd' }))
    const seen = [await resumed.next(), await resumed.next(), await resumed.next()]
    expect(seen.map(({ event }) => event)).toEqual(['refused', 'stored', 'stored'])
    expect(seen[2]?.data).toContain('"interactionId":"d"')
  })

  test('sends an id to resume from before the first event', async () => {
    const { url, post } = await startEndpoint(await freshPlace())
    const { start } = await follow(url)
    await post(action())
    const { next } = await follow(url, { 'Last-Event-ID': start })
    expect((await next()).event).toBe('stored')
  })

  test('keeps a few large bodies for a slow reader, and writes one at a time', async () => {
    const store = await openStore(await freshPlace())
    onTestFinished(() => store.close())
    // In JSON, each of these bytes has six characters.
    await store.append(Array.from({ length: 60 }, (_, index) => arrivalOf(Buffer.alloc(16_000 + index))))
    const cursors = (await store.entries({ after: '0', limit: 60 })).map(({ cursor }) => cursor)
    const starts: number[] = []
    const entries: Store['entries'] = (page) => {
      starts.push(cursors.indexOf(page.after))
      return store.entries(page)
    }
    const pieces: string[] = []
    for await (const piece of createStream(entries).open('0')) {
      pieces.push(String(piece))
      if (pieces.join('').includes(`id: ${String(cursors.at(-1))}\n`)) break
    }
    expect(pieces.join('').match(/^id: .*$/gm)).toEqual(['0', ...cursors].map((cursor) => `id: ${cursor}`))
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(100_000)
    // Each read begins after the entries that the last one kept.
    const kept = starts.slice(1).map((start, index) => start - (starts[index] ?? 0))
    expect(Math.max(...kept)).toBeLessThan(10)
  })

  test('ends the streams when it is closed', async () => {
    const { url, endpoint } = await startEndpoint(await freshPlace())
    const { next } = await follow(url)
    await endpoint.close()
    expect(await next()).toEqual({})
  })
})

test('keeps the newest repeats for a slow reader, as many as fit', async () => {
  const store = await openStore({ file: freshFile() })
  onTestFinished(() => store.close())
  const stream = createStream(store.entries)
  const pieces = stream.open('0')[Symbol.asyncIterator]() as AsyncIterator<string, undefined>
  const next = async () => (await pieces.next()).value ?? ''
  await next()
  const repeats = Array.from({ length: 50 }, (_, index) =>
    arrivalOf(Buffer.from(action({ note: 'x'.repeat(15_000), interactionId: String(index) }))),
  )
  for (const repeat of repeats) stream.report([repeat], ['repeated'])
  const seen = [await next()]
  const last = arrivalOf(Buffer.from(action()))
  stream.report([last], await store.append([last]))
  while (seen.at(-1)?.includes('event: repeated') === true) seen.push(await next())
  await pieces.return?.()
  expect(seen.at(-1)).toContain('event: stored')
  expect(seen.at(-2)).toContain('"interactionId":"49"')
  expect(seen.join('').length).toBeLessThan(70_000)
})

test('reads nothing any more for a page that has left, though nothing arrives', async () => {
  let reads = 0
  const { open, count } = createStream(async () => {
    reads += 1
    return []
  })
  const page = open('0').resume()
  await expect.poll(() => reads).toBe(1)
  page.destroy()
  await expect.poll(count).toBe(0)
  expect(reads).toBe(1)
})

test('closes though a stream is just being opened', async () => {
  const store = await openStore({ file: freshFile() })
  let goOn: () => void = () => undefined
  const held = new Promise<void>((resolve) => (goOn = resolve))
  let report: () => void = () => undefined
  const asked = new Promise<void>((resolve) => (report = resolve))
  const newest = async () => {
    report()
    await held
    return store.newest()
  }
  const endpoint = await createHandler({ ...store, newest }, { log: () => undefined })
  const url = `${await endpoint.listen({ host: '127.0.0.1', port: 0 })}/customer-actions`
  const stream = fetch(`${url}/stream`)
  await asked
  const closed = endpoint.close()
  const statusOf = (answer: Promise<Response>) =>
    answer.then(
      ({ status }) => status,
      () => 503,
    )
  await expect.poll(() => statusOf(fetch(url, { method: 'POST', body: action() }))).toBe(503)
  goOn()
  await (await stream).text()
  await closed
})

/** An endpoint over 60 MB of events. Its store counts the rows that are read, and fails when the test sets this. */
const startLarge = async () => {
  const store = await openStore({ file: freshFile() })
  const note = 'x'.repeat(15_000)
  for (let batch = 0; batch < 8; batch += 1) {
    const bodies = Array.from({ length: 500 }, (_, index) => action({ interactionId: `${batch}-${index}`, note }))
    await store.append(bodies.map((body) => arrivalOf(Buffer.from(body))))
  }
  const state = { rows: 0, fails: false }
  const entries: Store['entries'] = async (page) => {
    if (state.fails) throw new Error('disk I/O error')
    const read = await store.entries(page)
    state.rows += read.length
    return read
  }
  const endpoint = await createHandler({ ...store, entries }, { log: () => undefined })
  onTestFinished(() => endpoint.close())
  return { ...(await serveEndpoint(endpoint)), state }
}

/** Requests the stream, and reads only its beginning. */
const stall = async (origin: string): Promise<Socket> => {
  const socket = connect(Number(new URL(origin).port), '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.write('GET /customer-actions/stream?after=0 HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await once(socket, 'data')
  return socket.pause()
}

test('reads no more for a page that does not read, however much there is', async () => {
  const { origin, state } = await startLarge()
  await stall(origin)
  const standsStill = async () => {
    const before = state.rows
    for (let asked = 0; asked < 20; asked += 1) await fetch(`${origin}/health/live`)
    return state.rows > 0 && state.rows === before
  }
  await expect.poll(standsStill).toBe(true)
  // The rest is in the buffers of the two sockets.
  expect(state.rows).toBeLessThan(2000)
})

test('outlives a read that fails, with a page that does not read', async () => {
  const { origin, state, post } = await startLarge()
  const socket = await stall(origin)
  state.fails = true
  await post(action({ interactionId: 'new' }))
  const closed = once(socket, 'close')
  socket.resume()
  await closed
  expect((await fetch(`${origin}/health/live`)).status).toBe(200)
  expect(await (await fetch(`${origin}/metrics`)).text()).toContain('wasabi_streams 0')
})

test.each(['?after=garbage', '?after=-1'])('refuses to follow from %s', async (query) => {
  const { url } = await startEndpoint()
  const answer = await fetch(`${url}/stream${query}`)
  expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('after must be a cursor')])
  expect((await fetch(`${url}/stream`, { headers: { 'Last-Event-ID': 'garbage' } })).status).toBe(400)
})
