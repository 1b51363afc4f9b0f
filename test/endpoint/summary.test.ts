import { readdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openStore } from '../../src/endpoint/store/open'
import { describeStores, expireBefore } from './support/stores'
import { action, arrivalOf, freshFile, startEndpoint } from './support/server'

const day = 86_400_000
const campaign = (utmCampaign: string) => ({ utmParameters: { utmCampaign, utmSource: 'mail' } })

describeStores((freshPlace) => {
  const openFresh = async () => {
    const store = await openStore(await freshPlace())
    onTestFinished(() => store.close())
    return store
  }
  const at = (days: number, text: string) => arrivalOf(Buffer.from(text), days * day + 1)

  test('conversions are counted by campaign and day, and a correction is none', async () => {
    const store = await openFresh()
    await store.append([
      at(100, action({ interactionId: 'a', ...campaign('spring') })),
      at(100, action({ interactionId: 'a', ...campaign('spring') })),
      at(101, action({ interactionId: 'b', ...campaign('spring') })),
      at(101, action({ interactionId: 'c', interaction: { type: 'PROMOTION_APPLIED' } })),
      at(101, action({ interactionId: 'a', updatedAt: '2026-11-23T10:00:01.000Z' }, 'UPDATED')),
      at(109, action({ interactionId: 'd', ...campaign('late') })),
    ])
    const { values, days } = await store.summary({ by: 'campaign', from: 100, to: 108 })
    expect(values).toEqual([
      { value: 'spring', type: 'SIGN_UP', count: 2 },
      { value: '', type: 'PROMOTION_APPLIED', count: 1 },
    ])
    expect(days.map(({ day, count }) => [day, count])).toEqual(
      expect.arrayContaining([
        [100, 1],
        [101, 1],
        [101, 1],
      ]),
    )
    const { values: bySource } = await store.summary({ by: 'source', from: 0, to: 1000 })
    expect(bySource[0]).toEqual({ value: 'mail', type: 'SIGN_UP', count: 3 })
  })

  test('erased and expired events are counted no more', async () => {
    const store = await openFresh()
    await store.append([
      at(100, action({ interactionId: 'a', customerId: 'gone', ...campaign('spring') })),
      at(100, action({ interactionId: 'b', ...campaign('spring') })),
      at(50, action({ interactionId: 'c', ...campaign('old') })),
    ])
    await store.erase({ customerId: 'gone' })
    await expireBefore(store, 60 * day)
    const { values } = await store.summary({ by: 'campaign', from: 0, to: 1000 })
    expect(values).toEqual([{ value: 'spring', type: 'SIGN_UP', count: 1 }])
  })

  test.each([
    ['nothing in the first', '{}'],
    ['no type in the first', '{"interaction":{}}'],
    ['a long type in the first', `{"interaction":{"type":"${'x'.repeat(15_000)}"}}`],
    ['an object for a type in the first', '{"interaction":{"type":{"a":null}},"utmParameters":[]}'],
  ])('an event whose body is there twice, with %s, is stored beside others, and taken back', async (_, body) => {
    const store = await openFresh()
    const twice = action({ interactionId: 'twice' }).replace('"body":', `"body":${body},"body":`)
    expect(await store.append([at(100, action({ interactionId: 'a' })), at(100, twice)])).toEqual(['stored', 'stored'])
    const counted = async () => (await store.summary({ by: 'campaign', from: 0, to: 1000 })).days
    for (const { type } of await counted()) expect(type.length).toBeLessThan(201)
    await expireBefore(store, 200 * day)
    expect(await counted()).toEqual([])
  })

  test('hostile values are stored and counted', async () => {
    const store = await openFresh()
    const hostile = [
      '<img src=x onerror=alert(1)>',
      "'; DROP TABLE event; --",
      'x'.repeat(9000),
      '\u202e',
      '=1+1',
      '{}',
    ]
    const bodies = hostile.map((value, index) => action({ interactionId: `h${String(index)}`, ...campaign(value) }))
    const halves = action({ interactionId: 'half', ...campaign('kept') }).replace(
      '"version"',
      '"extra":"\\ud800\\u0000","more":1e999,"version"',
    )
    const outcomes = await store.append([...bodies, halves].map((text) => at(100, text)))
    expect(outcomes).toEqual([...hostile, ''].map(() => 'stored'))
    const { values } = await store.summary({ by: 'campaign', from: 100, to: 100 })
    expect(values.map(({ value }) => value)).toEqual(
      expect.arrayContaining([...hostile.map((value) => value.slice(0, 200)), 'kept']),
    )
  })
})

test('a store that closes right after it has counted leaves one whole file', async () => {
  for (let turn = 0; turn < 20; turn++) {
    const file = freshFile()
    const store = await openStore({ file })
    await store.append([arrivalOf(Buffer.from(action({ interactionId: String(turn) })))])
    await store.summary({ by: 'campaign', from: 0, to: 100_000 })
    await store.close()
    expect(readdirSync(dirname(file))).toEqual(['wasabi.sqlite'])
  }
})

test.each([
  ['by=color', /^by must be one of /],
  ['from=2026-02-30', /^from and to must be days/],
  ['to=yesterday', /^from and to must be days/],
  ['from=2026-11-23&to=2026-11-22', /^from must not be after to/],
])('a question of conversions with %s is refused', async (query, sentence) => {
  const { origin } = await startEndpoint({ file: freshFile() })
  const answer = await fetch(`${origin}/overview/conversions?${query}`)
  expect(answer.status).toBe(400)
  expect(await answer.json()).toEqual({ errors: [{ path: '', message: expect.stringMatching(sentence) as string }] })
})
