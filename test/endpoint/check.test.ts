import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { runChecks, type Finding } from '../../src/endpoint/check/check'
import { createTarget } from '../../src/endpoint/check/target'
import { validate } from '../../src/endpoint/action/validate'
import { freshFile, serve, startEndpoint } from './support/server'
import { describeStores } from './support/stores'
import { freePort } from './support/port'
import { useProgram } from './support/process'

const problemsOf = async (url: string) => {
  const findings: Finding[] = []
  for await (const finding of runChecks(createTarget(url))) if (finding.problem !== undefined) findings.push(finding)
  return findings
}

describeStores((freshPlace) => {
  test('finds nothing wrong with the endpoint', async () => {
    const { url } = await startEndpoint(await freshPlace())
    expect(await problemsOf(url)).toEqual([])
  })
})

type Given = { readonly request: IncomingMessage; readonly response: ServerResponse; readonly body: string }

/** A minimal endpoint that is right, in memory. `spoil` may answer first, or spoil the answer. */
const serveSpoilt = (spoil: (given: Given) => boolean | undefined) => {
  const known = new Set<string>()
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await text(request)
    response.setHeader('Access-Control-Allow-Origin', '*')
    response.setHeader('Access-Control-Expose-Headers', 'Retry-After')
    if (spoil({ request, response, body }) === true) return
    if (request.url !== '/events') return response.writeHead(404).end()
    if (request.method === 'OPTIONS') return response.writeHead(204).end()
    const validated = validate(Buffer.from(body))
    if (validated.type === 'refused')
      return response.writeHead(422).end(JSON.stringify({ errors: validated.refusal.errors }))
    const {
      eventAction,
      body: { interactionId, updatedAt },
    } = validated.action
    const key = [interactionId, eventAction, eventAction === 'UPDATED' && updatedAt].join()
    response.writeHead(known.has(key) ? 200 : 201).end()
    known.add(key)
  }
  return serve((request, response) => void answer(request, response))
}

test('finds nothing wrong with an endpoint whose address has a query', async () => {
  const { url } = await startEndpoint()
  expect(await problemsOf(`${url}?x=1`)).toEqual([])
})

test('finds nothing wrong with the least that is right', async () => {
  expect(await problemsOf(`${await serveSpoilt(() => false)}/events`)).toEqual([])
})

const always =
  (status: number, headers = {}, body = '') =>
  ({ response }: Given) =>
    Boolean(response.writeHead(status, headers).end(body))
const html = { 'Content-Type': 'text/html' }

const bodies = new Set<string>()
const seenBefore = (body: string): boolean => bodies.has(body) || !bodies.add(body)

const spoilt: readonly (readonly [string, (given: Given) => boolean | undefined, readonly RegExp[]])[] = [
  ['redirects', always(308, { Location: '/elsewhere' }), [/redirects \(308\)/]],
  ['answers everything with a page', always(200, html, '<!doctype html>'), [/new event .*text\/html/, /page \(200/]],
  [
    'answers everything with 200',
    always(200),
    [/not JSON|empty body/, /no-such-path|nobody serves/, /names? \/body\/customerId/],
  ],
  ['fails', always(500), [/new event was answered with 500/]],
  [
    'stores everything again',
    ({ response, body }) => (validate(Buffer.from(body)).type === 'valid' ? always(201)({ response } as Given) : false),
    [/seems to be stored twice/, /more than once/],
  ],
  [
    'calls a repeat a conflict',
    ({ response, body }) => seenBefore(body) && always(409)({ response } as Given),
    [/same event again was answered with 409/],
  ],
  [
    'does not let pages read',
    ({ response }) => void response.removeHeader('Access-Control-Allow-Origin'),
    [/cannot read it/, /preflight has no/],
  ],
  [
    'does not let pages read refusals',
    ({ response, body }) =>
      validate(Buffer.from(body)).type === 'refused'
        ? void response.removeHeader('Access-Control-Allow-Origin')
        : undefined,
    [/refusal has no/],
  ],
  [
    'hides Retry-After',
    ({ response }) => void response.removeHeader('Access-Control-Expose-Headers'),
    [/Retry-After is not exposed/],
  ],
  [
    'knows no preflight',
    ({ request, response }) => request.method === 'OPTIONS' && always(405)({ response } as Given),
    [/preflight was answered with 405/],
  ],
  ['sets a cookie', ({ response }) => void response.setHeader('Set-Cookie', 'a=b'), [/cookie/]],
  [
    'wants JSON to be called so',
    ({ request, response }) =>
      request.headers['content-type']?.startsWith('text/plain') === true && always(415)({ response } as Given),
    [/new event was answered with 415/],
  ],
  [
    'falls over depth',
    ({ response, body }) => body.includes('[[[[') && always(500)({ response } as Given),
    [/absurd depth was answered with 500/],
  ],
  [
    'hangs up on large bodies',
    ({ response, body }) => body.length > 100_000 && Boolean(response.destroy()),
    [/200 KB was answered with no answer/],
  ],
  [
    'has a page for every address',
    ({ request, response }) => request.url !== '/events' && always(200, html, '<p>')({ response } as Given),
    [/answered with a page/],
  ],
]

test.each(spoilt)('reports that an endpoint %s', async (_, spoil, sentences) => {
  const problems = (await problemsOf(`${await serveSpoilt(spoil)}/events`)).map(({ problem }) => problem).join('\n')
  for (const sentence of sentences) expect(problems).toMatch(sentence)
})

test('reads no more of an answer than it needs', async () => {
  let sent = 0
  const url = await serve((request, response) => {
    request.resume()
    response.writeHead(200)
    const pour = () => {
      while (!response.destroyed && response.write('x'.repeat(65_536))) sent += 65_536
    }
    response.on('drain', pour)
    pour()
  })
  for await (const { problem } of runChecks(createTarget(url))) {
    expect(problem).toBeUndefined()
    break
  }
  // The kernel buffers this much between the two.
  expect(sent).toBeLessThan(30e6)
})

const program = useProgram('endpoint-check')

test('prints each finding at once, also while the endpoint hangs', async () => {
  let asked = 0
  const url = await serve((request, response) => {
    request.resume()
    if (request.method === 'POST') asked += 1
    if (asked <= 1) response.writeHead(201, { 'Access-Control-Allow-Origin': '*' }).end()
  })
  const child = program.run({}, 'check', url)
  const [line] = (await once(child.stdout ?? child, 'data')) as [Buffer]
  expect(line.toString()).toMatch(/^ok {6}accepts a new event/)
  expect(child.exitCode).toBeNull()
})

test('an endpoint that certain sites may use is checked as a page of one of them', async () => {
  const { url } = await startEndpoint({ file: freshFile(), allowedOrigins: ['https://shop.example'] })
  const own = await program.command({}, ['check', url, 'https://shop.example'])
  expect(own.output).toMatch(/\nIt does what the tracker needs\.\n/)
  expect([own.code, own.errors]).toEqual([0, ''])

  const other = await program.command({}, ['check', url])
  expect(other.output).toMatch(
    /^FAILED {2}accepts .*: a page of https:\/\/page\.example was answered with 403: .* name one/,
  )
  expect(other.code).toBe(1)
})

test('prints what it found, and exits by it', async () => {
  const { url } = await startEndpoint()
  const good = await program.command({}, ['check', url])
  expect(good.output).toMatch(/^ok {6}accepts a new event/)
  expect([good.code, good.errors]).toEqual([0, ''])

  const bad = await program.command({}, [
    'check',
    `${await serve((_, response) => response.writeHead(500).end())}/events`,
  ])
  expect(bad.output).toMatch(/FAILED {2}accepts a new event.*500/)
  expect(bad.code).toBe(1)
  expect(bad.output).toMatch(/count as sign-ups[^]*\ncurl -X DELETE .* http:.*\/customers\/wasabi-check-/)
})

test.each([
  [[], /^Say which endpoint to check, with http:/],
  [['localhost:4174'], /^Say which endpoint to check, with http:/],
  [['http://localhost', 'shop.example'], /^"shop\.example" is no site: write it as https:\/\/shop\.example, /],
  [['http://localhost', 'https://shop.example/'], /^"https:\/\/shop\.example\/" is no site: /],
])('says in one line why %j cannot be checked', async (words, sentence) => {
  const { code, output, errors } = await program.command({}, ['check', ...words])
  expect(errors).toMatch(sentence)
  expect([code, output]).toEqual([1, ''])
})

test.each([
  ['no browser trusts it', 'https:', /^No browser trusts https:.* \(ERR_SSL_.*\)\. Is its certificate valid, .*\?\n$/],
  ['it names a user', 'http://user:password@', /^Leave user and password out of the address: .*\.\n$/],
])('says in one line that %s', async (_, begin, sentence) => {
  const origin = await serve((_request, response) => response.end())
  const url = origin.replace(begin.includes('@') ? 'http://' : 'http:', begin)
  const { code, output, errors } = await program.command({}, ['check', url])
  expect(errors).toMatch(sentence)
  expect([code, output]).toEqual([1, ''])
})

test('reports in one line that browsers send nothing to such a port', async () => {
  const { code, output, errors } = await program.command({}, ['check', 'http://localhost:1/customer-actions'])
  expect(errors).toBe('No browser sends to the port of http://localhost:1/customer-actions. Choose another one.\n')
  expect([code, output]).toEqual([1, ''])
})

test('reports in one line that no server answers', async () => {
  const { code, output, errors } = await program.command({}, ['check', `http://127.0.0.1:${await freePort()}/`])
  expect(errors).toMatch(/^Nothing answers at .* \(ECONNREFUSED\). Is the endpoint running\?\n$/)
  expect([code, output]).toEqual([1, ''])
})
