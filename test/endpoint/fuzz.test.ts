import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openStore } from '../../src/endpoint/store/open'
import { action, startEndpoint } from './support/server'
import { describeStores } from './support/stores'

/** Strings with parts that break stores: NUL, halves of surrogate pairs, line breaks, and anything else. */
const nasty = fc.string({
  unit: fc.oneof(
    fc.constantFrom('\0', '\ud800', '\udc00', '\u001e', '\u2028', '\n', '"', '\\', '😀', '\ufeff'),
    fc.string({ unit: 'binary', maxLength: 1 }),
  ),
  maxLength: 12,
})

const anyJson = fc.jsonValue({ stringUnit: 'binary', maxDepth: 4 })

/** An event with any values in the place of its fields, and beside them. */
const nearlyEvents = fc
  .record({
    interactionId: fc.oneof(fc.uuid(), nasty),
    customerId: fc.oneof(nasty, anyJson),
    interaction: fc.oneof(fc.constant({ type: 'SIGN_UP' }), fc.record({ type: nasty, subscriptionContractId: nasty })),
    utmParameters: fc.oneof(
      fc.constant({}),
      fc.dictionary(fc.constantFrom('utmSource', 'utmTerms', '__proto__'), nasty),
      anyJson,
    ),
    createdAt: fc.oneof(fc.constant('2026-11-23T10:00:00Z'), nasty),
    updatedAt: fc.oneof(fc.constant('2026-11-23T10:00:00Z'), nasty),
    note: fc.oneof(anyJson, nasty),
  })
  .chain((fields) => fc.constantFrom('CREATED', 'UPDATED').map((eventAction) => action(fields, eventAction)))

/** An event with one wrong field at most, so that many of them are stored. */
const events = fc
  .tuple(fc.uuid(), fc.constantFrom('note', 'customerId', 'interactionId'), nasty)
  .map(([interactionId, field, text]) => action({ interactionId, [field]: text }))

/** An event with names that occur twice. Readers of JSON use the first value, or the last. */
const twice = fc
  .tuple(events, fc.constantFrom('body', 'interactionId', 'customerId', 'interaction', 'createdAt'), anyJson)
  .map(([text, name, value]) => text.replace(`"${name}":`, `"${name}":${JSON.stringify(value)},"${name}":`))

const deep = fc
  .nat(6000)
  .map((depth) => action({ note: 0 }).replace('"note":0', `"note":${'['.repeat(depth)}${']'.repeat(depth)}`))

const bytes = fc.oneof(
  { weight: 4, arbitrary: events.map((text) => Buffer.from(text)) },
  { weight: 3, arbitrary: nearlyEvents.map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: twice.map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: anyJson.map((value) => Buffer.from(JSON.stringify(value))) },
  { weight: 1, arbitrary: deep.map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 16_384, size: 'max' }).map((array) => Buffer.from(array)) },
)

describeStores((freshPlace) => {
  test('stores any body byte for byte or refuses it, and never fails', async () => {
    const place = await freshPlace()
    const { post, get, options } = await startEndpoint(place)
    const taken: Buffer[] = []
    const property = fc.asyncProperty(bytes, async (body) => {
      const { status } = await post(Uint8Array.from(body))
      expect([200, 201, 400, 413, 422]).toContain(status)
      if (status === 201) taken.push(body)
    })
    await fc.assert(property, { numRuns: 400 })

    expect((await get('?limit=1000')).status).toBe(200)
    expect((await get('/refused?limit=1000')).status).toBe(200)
    const store = await openStore(options)
    const stored = await store.events({ after: '0', limit: 10_000 })
    await store.close()
    expect(taken.length).toBeGreaterThan(50)
    expect(stored.map(({ text }) => text)).toEqual(taken.map((body) => body.toString()))
  })
})
