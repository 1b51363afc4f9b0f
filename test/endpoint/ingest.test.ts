import { expect, test } from 'vitest'
import { validate } from '../../src/endpoint/action/validate'
import { action, eventVectors, pathsIn, rowsIn, startEndpoint } from './support/server'
import { describeStores } from './support/stores'

describeStores((freshPlace) => {
  test('answers the contract’s vectors, in order', async () => {
    const { post, get } = await startEndpoint(await freshPlace())
    for (const { why, body, status, at } of eventVectors) {
      const answer = await post(body)
      expect(answer.status, why).toBe(status)
      if (status < 400) expect(await answer.text(), why).toBe('')
      else if (at === undefined) expect(await pathsIn(answer), why).not.toEqual([])
      else expect(await pathsIn(answer), why).toContain(at)
    }
    const stored = eventVectors.filter(({ status }) => status === 201).length
    expect(await rowsIn(await get('?limit=1000'))).toHaveLength(stored)
  })

  test('parses JSON whatever the content type', async () => {
    const { url } = await startEndpoint(await freshPlace())
    const types = ['application/json', 'text/plain;charset=UTF-8', 'application/x-www-form-urlencoded', 'image/png']
    for (const type of types) {
      const body = action({ interactionId: type })
      expect((await fetch(url, { method: 'POST', body, headers: { 'Content-Type': type } })).status).toBe(201)
    }
  })

  test('keeps a body byte for byte', async () => {
    const { post, get } = await startEndpoint(await freshPlace())
    const odd = `{ "x":1e999, "y":9007199254740993,\t"z":"\\ud800 \\u0000 é😀", "y":1.10,\n` + action().replace('{', '')
    expect((await post(odd)).status).toBe(201)
    // An answer contains every byte, except for white space that would break a line.
    expect(await (await get()).text()).toContain(odd.replace('\n', ' '))
  })

  test('keeps the first of two events with one key', async () => {
    const { post, get } = await startEndpoint(await freshPlace())
    const update = (fields: Record<string, unknown>) => action(fields, 'UPDATED')
    const statuses: [string, number][] = [
      [action(), 201],
      [action(), 200],
      [action({ customerId: 'someone else' }), 200],
      [action({ createdAt: '2026-11-24T10:00:00.000Z' }), 200],
      [update({}), 201],
      [update({ updatedAt: '2026-11-23T11:00:00.000+01:00' }), 200],
      [update({ updatedAt: '2026-11-23 10:00:00' }), 200],
      [update({ updatedAt: '2026-11-23T10:00:00.0001Z' }), 201],
      [update({ updatedAt: '2026-11-23T10:00:00.0002Z' }), 201],
      [action({ interactionId: 'I-1' }), 201],
    ]
    for (const [body, status] of statuses) expect((await post(body)).status, body).toBe(status)
    const rows = await rowsIn(await get())
    expect(rows).toHaveLength(5)
    expect(rows[0]?.event.body.customerId).toBe('c-1')
  })

  test.each([
    ['half a surrogate pair in an id', action({ customerId: '\ud800' }), 422, ['/body/customerId']],
    ['NUL in an id', action({ interactionId: 'a\0b' }), 422, ['/body/interactionId']],
    ['a number beyond all numbers', action().replace(':1,', ':1e999,'), 422, ['/version']],
    [
      'absurd depth',
      action({ note: 0 }).replace('"note":0', `"note":${'['.repeat(7000)}${']'.repeat(7000)}`),
      422,
      [''],
    ],
    ['bytes that are not UTF-8', Uint8Array.from(Buffer.from(action({ customerId: 'é' }), 'latin1')), 400, ['']],
    ['a byte order mark', `\ufeff${action()}`, 400, ['']],
    ['the 24th hour', action({ createdAt: '2026-11-23T24:00:00Z' }), 422, ['/body/createdAt']],
    ['two mistakes', action({ createdAt: 'now', customerId: '' }), 422, ['/body/customerId', '/body/createdAt']],
  ] as const)('refuses %s', async (...[, body, status, paths]) => {
    const { post } = await startEndpoint(await freshPlace())
    const answer = await post(body)
    expect(answer.status).toBe(status)
    expect(await pathsIn(answer)).toEqual(paths)
  })

  test('accepts a body of 16 KB, and no byte more', async () => {
    const { post } = await startEndpoint(await freshPlace())
    const empty = action({ note: '' }).length
    expect((await post(action({ note: 'x'.repeat(16_384 - empty) }))).status).toBe(201)
    expect((await post(action({ note: 'x'.repeat(16_385 - empty) }))).status).toBe(413)
    expect((await post('x'.repeat(20_000_000))).status).toBe(413)
    expect((await post(action({ interactionId: 'i-2' }))).status).toBe(201)
  })

  test('lets pages of any origin read every answer to them, and nothing else', async () => {
    const { url, post, get } = await startEndpoint(await freshPlace())
    const answers = [
      await post(action()),
      await post(action()),
      await post(''),
      await post('{}'),
      await post('x'.repeat(20_000)),
      await fetch(url, { method: 'PUT' }),
      await fetch(`${url}/i-1`, { method: 'POST' }),
      await fetch(url, { method: 'OPTIONS', headers: { 'Access-Control-Request-Method': 'POST' } }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([201, 200, 400, 422, 413, 405, 405, 204])
    for (const { headers } of answers) {
      expect(headers.get('Access-Control-Allow-Origin')).toBe('*')
      expect(headers.get('Access-Control-Expose-Headers')).toBe('Retry-After')
      expect(headers.get('Set-Cookie')).toBeNull()
    }
    for (const path of ['', '/i-1', '/unknown', '?limit=0'])
      expect((await get(path)).headers.get('Access-Control-Allow-Origin')).toBeNull()
  })

  test('answers 404 on other paths', async () => {
    const { origin } = await startEndpoint(await freshPlace())
    for (const path of ['/', '/customer-actionsx', '/customer-action', '/x/customer-actions'])
      expect((await fetch(origin + path, { method: 'POST' })).status).toBe(404)
  })
})

test.each([
  ['[]', '', 'must be an object'],
  [action({ interactionId: 7 }), '/body/interactionId', 'must be a string'],
  [
    action({ interaction: { type: 'BUY' } }),
    '/body/interaction/type',
    'must be one of SIGN_UP, SUBSCRIPTION_RESTARTED, SUBSCRIPTION_CANCELLED, PROMOTION_APPLIED',
  ],
])('says in plain English what is wrong with %s', (body, path, message) => {
  const validated = validate(Buffer.from(body))
  expect(validated.type === 'refused' && validated.refusal.errors).toEqual([{ path, message }])
})

test('keeps fields that the contract does not name as text only', () => {
  const more = Array.from({ length: 5000 }, () => ({}))
  const utmParameters = { utmSource: 'x' }
  const body = action({ note: more, utmParameters: { ...utmParameters, more }, interaction: { type: 'SIGN_UP', more } })
  const named = JSON.parse(action({ utmParameters })) as unknown
  expect(validate(Buffer.from(body))).toEqual({ type: 'valid', text: body, action: named })
})
