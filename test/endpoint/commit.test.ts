import { expect, onTestFinished, test } from 'vitest'
import { refusal } from '../../src/endpoint/action/validate'
import { createHandler } from '../../src/endpoint/http/endpoint'
import type { LogLine } from '../../src/endpoint/log'
import { createCommitter } from '../../src/endpoint/store/commit'
import { createSqliteStore } from '../../src/endpoint/store/sqlite/store'
import type { Arrival, Store } from '../../src/endpoint/store/store'
import { createRandom } from '../tracker/simulation/random'
import { action, serve } from './support/server'

/** An endpoint whose commits wait until they are let through, one by one. */
const gatedEndpoint = async (commitsElsewhere = false) => {
  const store = await createSqliteStore(':memory:')
  const commits: { size: number; let: (pass: 'through' | 'fail') => void }[] = []
  const logged: LogLine[] = []
  const gated: Store = {
    ...store,
    commitsElsewhere,
    append: async (arrivals) => {
      const pass = await new Promise<string>((resolve) => commits.push({ size: arrivals.length, let: resolve }))
      if (pass === 'fail') throw new Error('database or disk is full')
      return store.append(arrivals)
    },
  }
  const endpoint = await createHandler(gated, { log: (line) => logged.push(line) })
  onTestFinished(() => endpoint.close())
  const received: unknown[] = []
  const origin = await serve((request, response) => {
    request.once('end', () => received.push(request))
    endpoint.routing(request, response)
  })
  const post = (body: string) => fetch(`${origin}/customer-actions`, { method: 'POST', body })
  return { post, commits, received, logged }
}

test('answers after the commit, and commits what waits in one go', async () => {
  const { post, commits, received } = await gatedEndpoint()
  const answered: number[] = []
  const send = async (interactionId: string) => answered.push((await post(action({ interactionId }))).status)

  const first = send('a')
  await expect.poll(() => commits.length).toBe(1)
  const others = ['b', 'c', 'd', 'a'].map(send)
  await expect.poll(() => received.length).toBe(5)
  expect(answered).toEqual([])

  commits[0]?.let('through')
  await first
  await expect.poll(() => commits.length).toBe(2)
  expect(answered).toEqual([201])
  commits[1]?.let('through')
  await Promise.all(others)
  expect(commits.map(({ size }) => size)).toEqual([1, 4])
  expect(answered.sort()).toEqual([200, 201, 201, 201, 201])
})

test.each([
  ['all that waits where this process commits', false, [1, 60]],
  ['one half of what is under way where another process commits', true, [1, 31, 29]],
])('of many events, commits %s', async (_, commitsElsewhere, sizes) => {
  const { post, commits, received } = await gatedEndpoint(commitsElsewhere)
  const answers = [post(action({ interactionId: 'first' }))]
  await expect.poll(() => commits.length).toBe(1)
  for (let index = 0; index < 60; index += 1) answers.push(post(action({ interactionId: `many-${String(index)}` })))
  await expect.poll(() => received.length).toBe(61)

  for (const index of sizes.keys()) {
    await expect.poll(() => commits.length).toBeGreaterThan(index)
    commits[index]?.let('through')
  }
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(Array(61).fill(201))
  expect(commits.map(({ size }) => size)).toEqual(sizes)
})

const refused: Arrival = { type: 'refused', receivedAt: 0, bytes: new Uint8Array(), refusal: refusal(400, 'no') }

/** Adds some hundred arrivals in bursts, while groups end or fail in any order. Resolves to its counts. */
const commitAtRandom = async (seed: number, commitsElsewhere: boolean) => {
  const random = createRandom(seed)
  const turns = async (count: number) => {
    for (let turn = 0; turn < count; turn += 1) await new Promise(setImmediate)
  }
  let [atOnce, mostAtOnce] = [0, 0]
  const append: Store['append'] = async (arrivals) => {
    atOnce += 1
    mostAtOnce = Math.max(mostAtOnce, atOnce)
    await turns(random.below(6))
    atOnce -= 1
    if (random.chance(0.1)) throw new Error('database is away')
    return arrivals.map(() => 'stored')
  }
  const { add, drained, queued } = createCommitter({ append, commitsElsewhere }, () => undefined)
  const answers: number[] = []
  for (let burst = 0; burst < 12; burst += 1) {
    for (let left = random.below(60); left > 0; left -= 1) {
      const index = answers.push(0) - 1
      add(refused, () => {
        answers[index] = (answers[index] ?? 0) + 1
      })
    }
    await turns(random.below(8))
  }
  await drained()
  return { mostAtOnce, queued: queued(), answers: new Set(answers) }
}

test.each([
  ['this process', false],
  ['another process', true],
])('answers everybody once, with one group at a time, where %s commits', async (_, commitsElsewhere) => {
  const seen = []
  for (let seed = 0; seed < 200; seed += 1) seen.push(await commitAtRandom(seed, commitsElsewhere))
  expect(new Set(seen.map(({ queued }) => queued))).toEqual(new Set([0]))
  expect(new Set(seen.flatMap(({ answers }) => [...answers]))).toEqual(new Set([1]))
  expect(Math.max(...seen.map(({ mostAtOnce }) => mostAtOnce))).toBe(1)
})

test.each([
  ['answers, and then begins with the next group, where this process commits', false],
  ['gives another process its next group, and then answers for the last', true],
])('%s', async (_, commitsElsewhere) => {
  const happened: string[] = []
  const append: Store['append'] = async (arrivals) => {
    // A driver asks for a connection first, and sends a little later.
    await new Promise(process.nextTick)
    happened.push(`began with ${String(arrivals.length)}`)
    if (happened.length === 1) add(refused, () => undefined)
    await new Promise(setImmediate)
    return arrivals.map(() => 'stored')
  }
  const { add, drained, queued } = createCommitter({ append, commitsElsewhere }, ({ arrivals }) => {
    happened.push(`done with ${String(arrivals.length)}`)
  })
  add(refused, () => {
    happened.push('answered')
    for (let index = 0; index < 2; index += 1) add(refused, () => undefined)
  })
  for (let index = 0; index < 16; index += 1) add(refused, () => undefined)
  await drained()
  expect(happened).toEqual(
    commitsElsewhere
      ? ['began with 16', 'began with 2', 'answered', 'done with 16', 'began with 2', 'done with 2', 'done with 2']
      : ['began with 17', 'answered', 'done with 17', 'began with 3', 'done with 3'],
  )
  expect(queued()).toBe(0)
})

test('asks to come again when the database refuses the only event', async () => {
  const store = await createSqliteStore(':memory:')
  const logged: LogLine[] = []
  const append: Store['append'] = async (arrivals) => arrivals.map(() => undefined)
  const endpoint = await createHandler({ ...store, append }, { log: (line) => logged.push(line) })
  onTestFinished(() => endpoint.close())
  const { statusCode } = await endpoint.inject({ method: 'POST', url: '/customer-actions', payload: action() })
  expect(statusCode).toBe(503)
  expect(logged).toEqual([{ event: 'cannot commit', message: 'the database refuses each event of the group' }])
})

test('asks to come again when it cannot commit', async () => {
  const { post, commits, logged } = await gatedEndpoint()
  const failing = post(action())
  await expect.poll(() => commits.length).toBe(1)
  commits[0]?.let('fail')
  const answer = await failing
  expect(answer.status).toBe(503)
  expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThan(0)
  expect(answer.headers.get('Access-Control-Allow-Origin')).toBe('*')
  expect(logged).toEqual([{ event: 'cannot commit', message: 'database or disk is full' }])

  const again = post(action())
  await expect.poll(() => commits.length).toBe(2)
  commits[1]?.let('through')
  expect((await again).status).toBe(201)
  expect(logged).toMatchObject([{ event: 'cannot commit' }, { event: 'commits again' }])
})
