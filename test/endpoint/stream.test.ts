import { expect, onTestFinished, test } from 'vitest'
import { action, startEndpoint } from './support/server'
import { describeStores } from './support/stores'

type Message = { readonly id?: string; readonly event?: string; readonly data?: string }

const parse = (block: string): Message =>
  Object.fromEntries(
    block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  )

/** Follows a stream; `next` waits for its next message. The first one has an id only. */
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
  test('shows what comes in, with the reason when it is not stored', async () => {
    const { url, post } = await startEndpoint(await freshPlace())
    const { next } = await follow(url)
    const bodies = [action(), '{}', action(), action({ customerId: 'c-2' }), 'no JSON "\n\n', 'x'.repeat(20_000)]
    for (const body of bodies) await post(body)

    const messages = []
    for (const body of bodies) {
      const { event, data = '' } = await next()
      messages.push([event, JSON.parse(data)])
      expect(body).toBeDefined()
    }
    expect(messages).toMatchObject([
      ['stored', { event: { body: { customerId: 'c-1' } } }],
      ['refused', { status: 422, body: '{}', reason: expect.stringContaining('/eventType is missing') as string }],
      ['repeated', { reason: 'known already' }],
      ['repeated', { reason: 'known with other content, which stands', event: { body: { customerId: 'c-2' } } }],
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

  test('gives an id to resume from before the first event', async () => {
    const { url, post } = await startEndpoint(await freshPlace())
    const { start } = await follow(url)
    await post(action())
    const { next } = await follow(url, { 'Last-Event-ID': start })
    expect((await next()).event).toBe('stored')
  })

  test('ends the streams when it is closed', async () => {
    const { url, endpoint } = await startEndpoint(await freshPlace())
    const { next } = await follow(url)
    await endpoint.close()
    expect(await next()).toEqual({})
  })
})
