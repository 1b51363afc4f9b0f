import { expect, test } from 'vitest'
import { readCampaign, writeCampaign } from '../../src/tracker/campaign'
import vectors from '../vectors/campaign.json'

test.each(vectors)('$why', ({ url, utmParameters }) => {
  expect(readCampaign(url) ?? null).toEqual(utmParameters)
})

/** More links as people break them, with the campaign that a person would read in them. */
test.each([
  ['no question mark at all', '/land&utm_source=news&utm_medium=email', { utmSource: 'news', utmMedium: 'email' }],
  ['a zero-width space before a name', '/?%E2%80%8Butm_source=news', { utmSource: 'news' }],
  ['a zero-width space behind a name', '/?utm_source%E2%80%8B=news', { utmSource: 'news' }],
  ['a byte order mark before a name', '/?a=1&%EF%BB%BFutm_source=news', { utmSource: 'news' }],
  ['a no-break space and a line end around a name', '/?%C2%A0utm_source%0A=news', { utmSource: 'news' }],
  ['an encoded ampersand before a name', '/?%26utm_source=news', null],
  ['a campaign inside an encoded address', '/?next=https%3A%2F%2Fo.example%2F%3Futm_source%3Dnews', null],
  ['a text to scroll to', '/#:~:text=utm_source=news', null],
  ['a name inside another', '/?my_utm_source=a&ref=utm_source=b', null],
])('%s', (_, path, campaign) => {
  expect(readCampaign(`https://shop.example${path}`) ?? null).toEqual(campaign)
})

test.each(vectors.filter(({ utmParameters }) => utmParameters))(
  'a campaign is read back as it was written: $why',
  ({ url }) => {
    const campaign = readCampaign(url) ?? {}
    expect(readCampaign(`?${writeCampaign(campaign)}`)).toEqual(campaign)
  },
)

test('five values at their longest and their names fit a cookie', () => {
  const names = ['utm_source', 'utm_medium', 'utm_campaign', 'utm_content', 'utm_term']
  const campaign = readCampaign(`?${names.map((name) => `${name}=${'"'.repeat(2000)}`).join('&')}`) ?? {}
  expect(Object.keys(campaign)).toHaveLength(5)
  expect(writeCampaign(campaign).length).toBeLessThan(4000)
})

test('names from outside never become a key', () => {
  readCampaign('?__proto__[polluted]=1&__proto__=1&constructor=1&utm_source=x')
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  expect(Object.keys(readCampaign('?toString=1&utm_source=x') ?? {})).toEqual(['utmSource'])
})

test('an e-mail address is dropped in every spelling, and reported', () => {
  const dropped: string[] = []
  const read = (value: string) => readCampaign(`?utm_term=${value}&utm_source=s`, (name) => dropped.push(name))
  for (const value of [
    'jane@example.com',
    'jane%40example.com',
    'jane%2540example.com',
    'mail+jane.doe%2Bx%40mail.example.co.uk+now',
  ]) {
    expect(read(value)).toEqual({ utmSource: 's' })
  }
  expect(dropped).toEqual(['utm_term', 'utm_term', 'utm_term', 'utm_term'])
})

test.each([
  ['no campaign in it', `?${'a=b&'.repeat(250_000)}`],
  ['one long value', `?utm_source=${'a'.repeat(1_000_000)}`],
  ['at signs', `?utm_source=${'@'.repeat(1_000_000)}`],
  ['encoded at signs', `?utm_source=${'a%2540'.repeat(160_000)}`],
  ['spaces', `?utm_term=${'+a'.repeat(500_000)}`],
  ['empty values', `?${'utm_source=&'.repeat(80_000)}`],
  ['a path', 'a&utm_'.repeat(160_000)],
  ['blanks before no name', `?${'%20'.repeat(330_000)}`],
  ['blanks after a name', `?utm_source${'%20'.repeat(330_000)}`],
  ['a fragment', `#${'/'.repeat(1_000_000)}`],
  ['a fragment of parameters', `#/x?${'utm_source=&'.repeat(80_000)}`],
])(
  'a megabyte of %s is read before the test times out: work that grows with the square would take hours',
  (_, tail) => {
    expect(() => readCampaign(`https://shop.example/${tail}`)).not.toThrow()
  },
)
