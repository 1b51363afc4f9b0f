import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { dirname } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readConfig, readPlace } from '../../src/endpoint/commands/config'
import { serve } from '../../src/endpoint/commands/serve'
import { openStore } from '../../src/endpoint/store/open'
import { environmentOf, root, useProgram } from './support/process'
import { freePort } from './support/port'
import { startReceiver } from './support/receiver'
import { action, freshFile } from './support/server'
import { describeStores } from './support/stores'

const program = useProgram('endpoint-main')

describeStores((freshPlace) => {
  test('runs alone, and keeps acknowledged events when it is killed', async () => {
    const env = environmentOf(await freshPlace())
    const first = await program.start(env)
    const died = once(first.child, 'exit')
    const taken: string[] = []
    const send = async (_: unknown, index: number) => {
      const interactionId = `i-${String(index)}`
      // A request under way when the process dies has no answer.
      const status = await first.post(action({ interactionId })).catch(() => 0)
      if (status === 201) taken.push(interactionId)
      if (taken.length === 100) first.child.kill('SIGKILL')
    }
    await Promise.all(Array.from({ length: 300 }, send))
    await died

    const second = await program.start(env)
    expect(taken.length).toBeGreaterThanOrEqual(100)
    for (const interactionId of taken) expect(await second.post(action({ interactionId }))).toBe(200)
  })

  test('stops on SIGTERM, also with a stream and an idle connection open, and logs start and stop', async () => {
    const { child, url, origin, post, log } = await program.start(environmentOf(await freshPlace()))
    const stream = await fetch(`${url}/stream`)
    const closed = once(child, 'close')
    expect(await post(action())).toBe(201)
    let seen = ''
    // Node's streams are iterable, but the types of `fetch` do not include this.
    for await (const chunk of stream.body as unknown as AsyncIterable<Uint8Array>) {
      seen += Buffer.from(chunk).toString()
      if (seen.includes('event: stored')) child.kill('SIGTERM')
    }
    expect(seen).toContain('event: stored')
    expect(await closed).toEqual([0, null])
    const lines = log
      .join('')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown)
    expect(lines).toMatchObject([
      { level: 'info', event: 'start', message: expect.stringContaining(`; the operator's page is ${origin}/`) },
      { level: 'info', event: 'stop', message: 'SIGTERM' },
    ])
  })
})

test.each(['SIGINT', 'SIGHUP'] as const)('stops on %s as on SIGTERM, and leaves one whole file', async (signal) => {
  const file = freshFile()
  const { child, post, log } = await program.start({ DATA_FILE: file })
  expect(await post(action())).toBe(201)
  const closed = once(child, 'close')
  child.kill(signal)
  expect(await closed).toEqual([0, null])
  expect(log.join('')).toContain(`"event":"stop","message":"${signal}"`)
  expect(readdirSync(dirname(file))).toEqual(['wasabi.sqlite'])
})

test('logs no address, no id and no body', async () => {
  const { child, url, post, log } = await program.start({ DATA_FILE: freshFile() })
  await post(action({ customerId: 'secret-1' }))
  await post('{"secret":1}')
  await fetch(url.replace('customer-actions', 'customers/secret-1'), { method: 'DELETE' })
  child.kill('SIGTERM')
  await once(child, 'close')
  expect(log.join('')).toContain('"event":"erased","events":1')
  expect(log.join('').replaceAll('http://127.0.0.1', '')).not.toMatch(/secret|127\.0\.0\.1|::1/)
})

test('goes on when nothing can be logged, as on a full disk', async () => {
  const port = await freePort()
  const child = program.run({ PORT: port, DATA_FILE: freshFile(), BEFORE: 'exec >/dev/full 2>&1' })
  const exited = once(child, 'exit')
  const origin = `http://127.0.0.1:${port}`
  const isLive = () =>
    fetch(`${origin}/health/live`).then(
      ({ ok }) => ok,
      () => child.exitCode,
    )
  await expect.poll(isLive).toBe(true)
  expect((await fetch(`${origin}/customers/42`, { method: 'DELETE' })).status).toBe(200)
  child.kill('SIGTERM')
  expect(await exited).toEqual([0, null])
})

test('answers a wrong path so that a page can read it', async () => {
  const { url } = await program.start({ DATA_FILE: freshFile() })
  const answer = await fetch(`${url}x`, { method: 'POST', body: action() })
  expect(answer.status).toBe(404)
  expect(answer.headers.get('Access-Control-Allow-Origin')).toBe('*')
})

test('goes on answering when SIGTERM comes twice', async () => {
  const { child, url } = await program.start({ DATA_FILE: freshFile() })
  const exited = once(child, 'exit')
  const body = action()
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  const head = `POST /customer-actions HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${String(body.length)}\r\n`
  socket.write(`${head}Expect: 100-continue\r\n\r\n`)
  const [begun] = (await once(socket, 'data')) as [Buffer]
  expect(begun.toString()).toContain('100 Continue')
  const isListening = () =>
    fetch(`${url}/unknown`).then(
      () => true,
      () => false,
    )
  child.kill('SIGTERM')
  await expect.poll(isListening).toBe(false)
  child.kill('SIGTERM')
  socket.write(body)
  const [answer] = (await once(socket, 'data')) as [Buffer]
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 201/)
  expect(await exited).toEqual([0, null])
})

/**
 * Runs the program as `npm run` does. Resolves once it has written `begun`. `ended` resolves when none of its
 * processes runs any more.
 */
const runByNpm = async (env: Readonly<Record<string, string>>, words: string, begun: string) => {
  const npm = spawn('npm', ['exec', '-c', `"${process.execPath}" "${program.file}" ${words}; true`], {
    env: { ...process.env, PORT: '0', ...env },
  })
  let log = ''
  for (const output of [npm.stdout, npm.stderr]) output.on('data', (chunk: Buffer) => (log += chunk.toString()))
  await expect.poll(() => log).toContain(begun)
  // The program has these pipes too. They close when the last process with them ends.
  return { npm, log: () => log, ended: once(npm, 'close') }
}

test('ends when npm, which runs it through a shell, is ended', async () => {
  const { npm, log, ended } = await runByNpm({ DATA_FILE: freshFile() }, '', '"event":"start"')
  npm.kill('SIGTERM')
  await ended
  expect(log()).toContain('"event":"stop"')
})

test('ends each of its commands when npm is ended', async () => {
  const place = { file: freshFile() }
  await (await openStore(place)).close()
  const { url } = await startReceiver()
  const { npm, ended } = await runByNpm(environmentOf(place), `forward --to ${url}`, 'Forwards events')
  npm.kill('SIGTERM')
  await ended
})

test('cuts off a slow sender', async () => {
  const { url, post } = await program.start({ DATA_FILE: freshFile() })
  const beginnings = [
    '',
    'POST /customer-actions HTTP/1.1\r\nHost: localhost\r\n',
    'POST /customer-actions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{',
  ]
  const began = performance.now()
  const cutOff = beginnings.map(async (beginning) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => undefined)
    socket.write(beginning)
    socket.resume()
    await once(socket, 'close')
  })
  await Promise.all(cutOff)
  // By default Node waits a minute, and five minutes for a body.
  expect(performance.now() - began).toBeLessThan(50_000)
  expect(await post(action())).toBe(201)
})

test('limits how many events one client sends', async () => {
  const { post } = await program.start({ DATA_FILE: freshFile(), RATE_LIMIT: '5' })
  const statuses = []
  for (const interactionId of ['1', '2', '3', '4', '5', '6']) statuses.push(await post(action({ interactionId })))
  expect(statuses).toEqual([201, 201, 201, 201, 201, 429])
})

test('says what to do when the port is in use', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  onTestFinished(() => void other.close())
  const port = String((other.address() as AddressInfo).port)
  const { code, errors } = await program.command({ DATA_FILE: freshFile(), PORT: port }, [])
  const { event, message } = JSON.parse(errors) as { event: string; message: string }
  expect([code, event]).toEqual([1, 'cannot start'])
  expect(message).toMatch(/^Cannot listen on .*: stop the program that listens there, or set PORT to another port\.$/)
})

const SERVED = { script: { file: `${root}dist/wasabi.js`, version: '0.0.0' }, page: `${root}dist/page` }

test.each([
  ['the data file is a folder', { DATA_FILE: root }, /^Cannot use .* as the data file .*: set DATA_FILE to .*\.$/],
  ['the data file is another program’s', { DATA_FILE: `${root}package-lock.json` }, /^Cannot use .*\.$/],
  ['there is no such port', { PORT: '70000' }, /^PORT is 70000: .*\.$/],
  ['others could read', { HOST: '0.0.0.0' }, /^HOST is 0\.0\.0\.0, .*READ_TOKEN.*\.$/],
  ['others could read through a proxy', { TRUST_PROXY: '1' }, /^TRUST_PROXY is set, .*READ_TOKEN.*\.$/],
  ['the token can be guessed', { READ_TOKEN: 'secret' }, /^READ_TOKEN is too short .*\.$/],
  ['a site is no site', { ALLOWED_ORIGINS: 'shop.example' }, /^ALLOWED_ORIGINS names shop\.example: .*\.$/],
  ['all sites are named', { ALLOWED_ORIGINS: '*' }, /^ALLOWED_ORIGINS names \*: .*leave it out for all sites\.$/],
  ['sites are a pattern', { ALLOWED_ORIGINS: 'https://*.shop.example' }, /^ALLOWED_ORIGINS names https:.*\.$/],
  ['sites have the wrong comma', { ALLOWED_ORIGINS: 'https://a.example;https://b.example' }, /commas between them/],
  ['a site is a page', { ALLOWED_ORIGINS: 'https://shop.example/checkout' }, /^ALLOWED_ORIGINS names .*\.$/],
  ['sites are commas', { ALLOWED_ORIGINS: ',' }, /^ALLOWED_ORIGINS names ,: .*leave it out for all sites\.$/],
  ['the data file begins at a home', { DATA_FILE: '~/x' }, /^DATA_FILE is "~\/x": .* without ~\.$/],
  ['the data file has quotes around it', { DATA_FILE: `"${root}x"` }, /^DATA_FILE is .*, without quotes, .*\.$/],
  ['the data file ends in a line end', { DATA_FILE: `${root}x\r` }, /^DATA_FILE is ".*\\r": .* a line end .*\.$/],
  ['the data file is a blank', { DATA_FILE: ' ' }, /^DATA_FILE is " ": .*\.$/],
  ['the data file is a URL', { DATA_FILE: `file:${root}x` }, /^DATA_FILE is .*: write the path of a file.*\.$/],
  ['the token has quotes around it', { READ_TOKEN: '"a token of some length"' }, /^READ_TOKEN has quotes .*\.$/],
  ['no header can carry the token', { READ_TOKEN: 'sésame, ouvre-toi!' }, /^READ_TOKEN has characters .*\.$/],
  ['the token ends in a blank', { READ_TOKEN: 'a token of some length ' }, /^READ_TOKEN has characters .*\.$/],
  [
    'nobody knows the host',
    { HOST: 'no-such-host.invalid' },
    /^HOST is no-such-host\.invalid, which .* not know: .*\.$/,
  ],
  [
    'the host is another machine',
    { HOST: '192.0.2.1', READ_TOKEN: 'a token of some length' },
    /^Cannot listen on 192\.0\.2\.1:4174 .*: set HOST to an address of this machine.*\.$/,
  ],
  [
    'no database is there',
    { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' },
    /^Cannot use the database of DATABASE_URL \(.*ECONNREFUSED.*\): .*\.$/,
  ],
  [
    'the database is no address',
    { DATABASE_URL: 'localhost:5432' },
    /^DATABASE_URL must begin with postgres:\/\/.*\.$/,
  ],
])('says what to do when %s', async (_, env, sentence) => {
  // The first step of the program. The test about the port checks how the program reports a refusal.
  const start = async () => serve(await readConfig({ DATA_FILE: freshFile(), ...env }), SERVED)
  await expect(start()).rejects.toThrow(sentence)
})

test('treats an empty variable as one that is not set', () => {
  expect(readPlace({ DATA_FILE: '', DATABASE_URL: '' })).toEqual({ file: 'data/wasabi.sqlite' })
})
