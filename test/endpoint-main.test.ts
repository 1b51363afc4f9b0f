import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { action, freshFile } from './endpoint-server'

const root = fileURLToPath(new URL('..', import.meta.url))
// Inside the project, where Node finds its packages.
const folder = `${root}test-results/endpoint-main`

beforeAll(() => {
  const vite = ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'error']
  execFileSync(process.execPath, [...vite, '--ssr', 'demo/endpoint/main.ts', '--outDir', folder], { cwd: root })
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const run = (env: Readonly<Record<string, string>>): ChildProcess => {
  const child = spawn(process.execPath, [`${folder}/main.js`], { env: { ...process.env, ...env } })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  return child
}

const start = async (file: string) => {
  const child = run({ PORT: '0', DATA_FILE: file })
  const [line] = (await once(child.stdout ?? child, 'data')) as [Buffer]
  const url = /http:\S+/.exec(line.toString())?.[0] ?? ''
  return { child, url, post: async (body: string) => (await fetch(url, { method: 'POST', body })).status }
}

const failure = async (env: Readonly<Record<string, string>>) => {
  const child = run(env)
  let said = ''
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number]
  return { code, said }
}

test('runs alone, and keeps what it answered for when it is killed', async () => {
  const file = freshFile()
  const first = await start(file)
  const died = once(first.child, 'exit')
  const taken: string[] = []
  const send = async (_: unknown, index: number) => {
    const interactionId = `i-${String(index)}`
    // What is under way when it dies gets no answer.
    const status = await first.post(action({ interactionId })).catch(() => 0)
    if (status === 201) taken.push(interactionId)
    if (taken.length === 100) first.child.kill('SIGKILL')
  }
  await Promise.all(Array.from({ length: 300 }, send))
  await died

  const second = await start(file)
  expect(taken.length).toBeGreaterThanOrEqual(100)
  for (const interactionId of taken) expect(await second.post(action({ interactionId }))).toBe(200)
})

test('stops on SIGTERM, also with a stream and an idle connection open', async () => {
  const { child, url, post } = await start(freshFile())
  const stream = await fetch(`${url}/stream`)
  expect(await post(action())).toBe(201)
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
  expect(await stream.text()).toContain('event: stored')
})

test('answers a wrong path so that a page can read it', async () => {
  const { url } = await start(freshFile())
  const answer = await fetch(`${url}x`, { method: 'POST', body: action() })
  expect(answer.status).toBe(404)
  expect(answer.headers.get('Access-Control-Allow-Origin')).toBe('*')
})

test('says what to do when the port is in use', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  onTestFinished(() => void other.close())
  const { code, said } = await failure({ PORT: String((other.address() as AddressInfo).port), DATA_FILE: freshFile() })
  expect(code).toBe(1)
  expect(said).toMatch(/^Cannot listen on .*: stop what listens there, or set PORT to another port\.\n$/)
})

test.each([
  ['the data file is a folder', { DATA_FILE: root }, /^Cannot use .* as the data file .*: set DATA_FILE to .*\.\n$/],
  ['the data file is another program’s', { DATA_FILE: `${root}package-lock.json` }, /^Cannot use .*\.\n$/],
  ['there is no such port', { PORT: '70000' }, /^PORT is 70000: .*\.\n$/],
])('says what to do when %s', async (_, env, sentence) => {
  const { code, said } = await failure({ DATA_FILE: freshFile(), ...env })
  expect(code).toBe(1)
  expect(said).toMatch(sentence)
})
