import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, onTestFinished, test, vi } from 'vitest'
import { readConfig } from '../../src/endpoint/commands/config'
import { keyOf, send } from '../../src/endpoint/forward/send'
import { openStore } from '../../src/endpoint/store/open'
import { createRandom, type Random } from '../tracker/simulation/random'
import { environmentOf, useProgram } from './support/process'
import { ownPath, startReceiver } from './support/receiver'
import { action, arrivalOf, freshFile, serve } from './support/server'
import { describeStores } from './support/stores'

// Twelve processes, one after the other: a busy machine starts them slowly.
vi.setConfig({ testTimeout: 300_000 })

const program = useProgram('forwarder')
const kills = 10
/** A prime: no rule of lanes assigns the events of one interaction to one lane by chance. */
const interactions = 61
const total = 366
const token = 'Bearer a-token-that-nobody-sees'

/** A run is repeated by its seed: SEED=7 npx vitest run --config test/vitest.config.ts forwarder */
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e6))

/** Each interaction with its corrections, mixed. */
const story = Array.from({ length: total }, (_, index) => {
  const interactionId = `i-${String(index % interactions)}`
  const updatedAt = new Date(Date.UTC(2026, 10, 23, 11) + index).toISOString()
  return index < interactions ? action({ interactionId }) : action({ interactionId, updatedAt }, 'UPDATED')
})

const ofInteraction = (bodies: readonly string[], id: number): readonly string[] =>
  bodies.filter((body) => body.includes(`"i-${String(id)}"`))

const headersFile = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'wasabi-'))
  onTestFinished(() => {
    rmSync(folder, { recursive: true })
  })
  const file = join(folder, 'headers')
  writeFileSync(file, `Authorization: ${token}\n`)
  return file
}

type Answer = readonly [part: number, answer: (response: ServerResponse) => void]

/** The receiver has the event, but the sender cannot know this. */
const loseAnswer: Answer[1] = (response) => response.destroy()

/** The faults of a request that the receiver has read, each with its probability. */
const troubles: readonly Answer[] = [
  [0.03, loseAnswer],
  [0.02, (response) => void response.writeHead(503).end()],
  [0.02, (response) => void response.writeHead(429, { 'Retry-After': '0' }).end()],
  [0.01, (response) => void response.writeHead(302, { Location: 'https://example.com' }).end()],
  [0.01, (response) => void response.writeHead(200, { 'Content-Type': 'text/html' }).end('<p>Welcome</p>')],
]

const troubleOf = (random: Random): Answer[1] | undefined => {
  let left = random.next()
  return troubles.find(([part]) => (left -= part) < 0)?.[1]
}

/** A receiver that refuses some events for good, fails some requests, and can hang, die and start again. */
const createPoorReceiver = async (random: Random) => {
  const taken: string[] = []
  const refused = new Set(story.filter(() => random.chance(0.05)))
  const state = { accepts: false, requests: 0, tokens: new Set<unknown>(), keys: new Map<string, string>() }
  let hangsAt = Infinity
  let onHang = (): void => undefined

  const answer = (body: string, response: ServerResponse): void => {
    if (state.requests >= hangsAt) {
      onHang()
      return
    }
    const trouble = state.accepts ? undefined : troubleOf(random)
    if (refused.has(body) && !state.accepts) response.writeHead(422).end('{"why":"unknown"}')
    else if (trouble !== undefined && trouble !== loseAnswer) trouble(response)
    else {
      taken.push(body)
      if (trouble === undefined) response.writeHead(204).end()
      else trouble(response)
    }
  }
  const path = ownPath()
  const server: Server = createServer((request, response) => {
    if (request.method === 'HEAD' || request.url !== path) {
      response.writeHead(405).end()
      return
    }
    void text(request).then(
      (body) => {
        state.requests += 1
        state.tokens.add(request.headers.authorization)
        state.keys.set(String(request.headers['idempotency-key']), body)
        answer(body, response)
      },
      () => undefined,
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const die = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  onTestFinished(die)
  return {
    url: `http://127.0.0.1:${String(port)}${path}`,
    refused,
    state,
    die,
    comeBack: async () => {
      server.listen(port, '127.0.0.1')
      await once(server, 'listening')
    },
    /** Resolves when so many more requests have arrived. From then on each request hangs. */
    hangsAfter: (count: number): Promise<void> => {
      hangsAt = state.requests + count
      return new Promise((resolve) => (onHang = resolve))
    },
    works: () => {
      hangsAt = Infinity
    },
    /** The bodies in the order of their first arrival. */
    bodies: (): readonly string[] => [...new Set(taken)],
  }
}

describeStores((freshPlace) => {
  test(`forwarders killed ten times hand each event on to a poor receiver, in order (seed ${String(seed)})`, async () => {
    const random = createRandom(seed)
    const place = await freshPlace()
    const store = await openStore(place)
    onTestFinished(() => store.close())
    await store.append(story.map((body) => arrivalOf(Buffer.from(body))))
    await store.settle()
    const receiver = await createPoorReceiver(random)
    const concurrency = String(2 + random.below(5))
    const args = ['forward', '--to', receiver.url, '--headers', headersFile(), '--concurrency', concurrency]
    const outputs: string[] = []

    for (let round = 0; round < kills; round += 1) {
      receiver.works()
      const isDead = round % 3 === 2
      if (isDead) await receiver.die()
      const child = program.run(environmentOf(place), ...args)
      const errors: string[] = []
      child.stdout?.on('data', (chunk: Buffer) => outputs.push(chunk.toString()))
      child.stderr?.on('data', (chunk: Buffer) => errors.push(chunk.toString()))
      if (isDead) {
        await expect.poll(() => errors.join('')).toContain('cannot be reached')
        await receiver.comeBack()
      }
      // Fewer than there are events, so that each forwarder is killed in the middle of them.
      await receiver.hangsAfter(1 + random.below(Math.floor(total / kills) - 5))
      expect(execFileSync('ps', ['-o', 'args=', '-p', String(child.pid)], { encoding: 'utf8' })).not.toContain(token)
      child.kill('SIGKILL')
      expect(await once(child, 'exit')).toEqual([null, 'SIGKILL'])
      await expect.poll(() => errors.join('')).toContain(`Forwards events to ${receiver.url}; waits for new ones.`)
      outputs.push(...errors)
    }
    receiver.works()
    const last = await program.command(environmentOf(place), [...args, '--once'])
    expect([0, 1], last.errors).toContain(last.code)

    const isTaken = (body: string): boolean => !receiver.refused.has(body)
    const bodies = receiver.bodies()
    expect([...bodies].sort()).toEqual(story.filter(isTaken).sort())
    for (let id = 0; id < interactions; id += 1)
      expect(ofInteraction(bodies, id)).toEqual(ofInteraction(story, id).filter(isTaken))
    expect([...receiver.state.keys].every(([key, body]) => key === keyOf(body))).toBe(true)
    expect(receiver.state.keys.size).toBe(total)
    expect((await store.forward.lags(Date.now()))[0]).toMatchObject({ events: 0, setAside: receiver.refused.size })
    // Each forwarder continues where the last one stopped. Starting anew would send half of all events in each round.
    expect(receiver.state.requests).toBeLessThan(total * 2)

    receiver.state.accepts = true
    const again = await program.command(environmentOf(place), [...args, '--again'])
    expect(again).toMatchObject({ code: 0 })
    expect([...receiver.bodies()].sort()).toEqual([...story].sort())
    expect(await store.forward.refusals(10)).toEqual([])
    expect([...receiver.state.tokens]).toEqual([token])
    expect([...outputs, last.output, last.errors, again.output, again.errors].join('')).not.toContain('a-token')
  })
})

test('a receiver that hangs counts as one that is away after half a minute', async () => {
  const { url } = await startReceiver(() => undefined)
  // Node's garbage collector removes what only a timer refers to (nodejs/node#57736), when it first runs.
  setFlagsFromString('--expose-gc')
  const collecting = setInterval(runInNewContext('gc') as () => void, 5000)
  onTestFinished(() => {
    clearInterval(collecting)
  })
  const verdict = await send({ url: new URL(url), headers: new Headers() }, action(), new AbortController().signal)
  expect(verdict).toMatchObject({ type: 'trouble', why: 'the receiver does not answer' })
})

test('an endpoint forwards events by itself, and reports its lag', async () => {
  const receiver = await startReceiver()
  const endpoint = await program.start({
    DATA_FILE: freshFile(),
    FORWARD_TO: receiver.url,
    FORWARD_HEADERS: headersFile(),
  })
  const bodies = story.slice(0, 5)
  for (const body of bodies) expect(await endpoint.post(body)).toBe(201)
  await expect.poll(receiver.bodies).toEqual(bodies)
  const ready = async () => (await fetch(`${endpoint.origin}/health/ready`)).json()
  await expect.poll(ready).toEqual({ status: 'ready', forwarding: { events: 0, seconds: 0 } })
  expect(new Set(receiver.requests.map(({ headers }) => headers.authorization))).toEqual(new Set([token]))
  expect(endpoint.log.join('')).not.toContain('a-token')
})

test.each([
  { status: 302, headers: { Location: 'https://example.com' }, sentence: 'the receiver redirects' },
  { status: 200, headers: { 'Content-Type': 'text/html' }, sentence: 'the receiver answers with a page' },
])('nothing is sent when $sentence', async ({ status, headers, sentence }) => {
  const methods: (string | undefined)[] = []
  const url = await serve(({ method }, response) => {
    methods.push(method)
    response.writeHead(status, headers).end()
  })
  const file = freshFile()
  const store = await openStore({ file })
  await store.append([arrivalOf(Buffer.from(action()))])
  await store.close()
  const { code, errors } = await program.command({ DATA_FILE: file }, ['forward', '--to', url, '--once'])
  expect(code).toBe(1)
  expect(errors).toContain(sentence)
  expect(methods).toEqual(['HEAD'])
})

test.each(['SIGINT', 'SIGHUP'] as const)('a run ended by %s reports where the next one resumes', async (signal) => {
  const file = freshFile()
  const store = await openStore({ file })
  await store.append([arrivalOf(Buffer.from(action()))])
  await store.close()
  const receiver = await startReceiver(() => undefined)
  const child = program.run({ DATA_FILE: file }, 'forward', '--to', receiver.url, '--once')
  const errors = text(child.stderr as Readable)
  const ended = once(child, 'exit')
  await expect.poll(() => receiver.requests).toHaveLength(1)
  child.kill(signal)
  expect(await errors).toBe('A signal ended it before all events were forwarded. The next run resumes there.\n')
  expect(await ended).toEqual([1, null])
})

test('an endpoint accepts events while its receiver redirects, and forwards them later', async () => {
  let redirects = true
  const bodies: string[] = []
  const url = await serve((request, response) => {
    void text(request).then((body) => {
      if (redirects) return response.writeHead(302, { Location: 'https://example.com' }).end()
      if (request.method === 'POST') bodies.push(body)
      return response.writeHead(204).end()
    })
  })
  const { post, log } = await program.start({ DATA_FILE: freshFile(), FORWARD_TO: url })
  expect(await post(action())).toBe(201)
  await expect.poll(() => log.join('')).toContain('the receiver redirects: use the address that it leads to')
  expect(bodies).toEqual([])
  redirects = false
  await expect.poll(() => bodies).toEqual([action()])
})

test('an endpoint accepts events, and ends, while its receiver is asked and does not answer', async () => {
  const asked: IncomingMessage[] = []
  const url = await serve((request) => void asked.push(request))
  const { post, child } = await program.start({ DATA_FILE: freshFile(), FORWARD_TO: url })
  expect(await post(action())).toBe(201)
  await expect.poll(() => asked).toHaveLength(1)
  expect(asked[0]?.destroyed).toBe(false)
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
})

test.each([
  [{ FORWARD_TO: 'mailto:a@example.com' }, 'no http or https URL'],
  [{ FORWARD_TO: 'https://example.com', FORWARD_HEADERS: '/none/there' }, 'Cannot read the headers from /none/there'],
  [{ FORWARD_TO: 'https://example.com', FORWARD_CONCURRENCY: 'many' }, 'whole number from 1 to 100'],
  [{ FORWARD_HEADERS: '/none/there' }, 'set FORWARD_TO too'],
  [{ FORWARD_CONCURRENCY: '4' }, 'set FORWARD_TO too'],
  [{ RATE_LIMIT: ' ' }, 'RATE_LIMIT is  : set it to a whole number'],
  [{ RETENTION_DAYS: '0x1e' }, 'RETENTION_DAYS is 0x1e: set it to a whole number'],
])('an endpoint with %o says what to change, and does not start', async (env, sentence) => {
  await expect(readConfig({ DATA_FILE: freshFile(), PORT: '0', ...env })).rejects.toThrow(sentence)
})
