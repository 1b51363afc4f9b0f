import { expect, test } from 'vitest'
import { ACTION_TYPES } from '../../src/contract/customer-action'
import { barsOf, dayRows } from '../../src/endpoint/page/bars'
import { readable } from '../../src/endpoint/page/readable'
import { csvOf, rowsOf, totals, typeNames, type Conversions } from '../../src/endpoint/page/rows'

const answer = (values: Conversions['values']): Conversions => ({
  by: 'campaign',
  from: '2026-11-23',
  to: '2026-11-25',
  values,
  days: values.map(({ type, count }) => ({ day: '2026-11-24', type, count })),
})

test('the picture is made of bars: one for each name, stacked by the type of conversion', () => {
  const rows = rowsOf(answer([{ value: 'spring', type: 'PROMOTION_APPLIED', count: 3 }]))
  const { type, data, options } = barsOf(rows, { indexAxis: 'y', ink: 'black', line: 'grey', width: 1000 })
  expect(
    type,
    'The pictures of the page and of the demo are bars. Another kind of chart shows neither days in a row nor four types side by side.',
  ).toBe('bar')
  expect(data.datasets.map(({ label }) => label)).toEqual([...typeNames])
  expect(data.datasets.map(({ data: counts }) => counts)).toEqual([[0], [0], [0], [3]])
  expect(new Set(data.datasets.map(({ backgroundColor }) => backgroundColor)).size).toBe(ACTION_TYPES.length)
  expect(options?.animation, 'The picture does not move: some visitors asked for less motion.').toBe(false)
  expect(options?.scales).toMatchObject({ x: { stacked: true }, y: { stacked: true } })
})

test('each day of the range has a place in the picture, also without conversions', () => {
  const { from, to, days } = answer([{ value: '', type: 'SIGN_UP', count: 2 }])
  expect(dayRows(from, to, days).map(({ name, counts }) => [name, counts[0]])).toEqual([
    ['2026-11-23', 0],
    ['2026-11-24', 2],
    ['2026-11-25', 0],
  ])
})

test('a campaign that is called like a row of the page is a row of its own', () => {
  const rows = rowsOf(
    answer([
      { value: '', type: 'SIGN_UP', count: 5 },
      { value: '(no campaign)', type: 'SIGN_UP', count: 4 },
      { value: '', type: 'SUBSCRIPTION_CANCELLED', count: 3 },
      { value: '__proto__', type: 'SIGN_UP', count: 2 },
    ]),
  )
  expect(rows.map(({ name, isOwn, total }) => [name, isOwn, total])).toEqual([
    ['(no campaign)', true, 5],
    ['(no campaign)', false, 4],
    ['(types without a campaign)', true, 3],
    ['__proto__', false, 2],
  ])
})

test('conversions that the answer leaves out have a row of their own, so that the rows add up', () => {
  const given = answer([{ value: 'spring', type: 'SIGN_UP', count: 2 }])
  const conversions = { ...given, days: [{ day: '2026-11-24', type: 'SIGN_UP', count: 7 }] }
  expect(rowsOf(conversions).map(({ name, total }) => [name, total])).toEqual([
    ['spring', 2],
    ['(others)', 5],
  ])
  expect(totals(conversions).total).toBe(7)
})

test('CSV has the rows in their order, and no cell that a spreadsheet would run or break at', () => {
  const names = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', ' =1', 'a "b", c', 'two\r\nlines', 'plain -1']
  const conversions = answer(names.map((value, index) => ({ value, type: 'SIGN_UP', count: 9 - index })))
  const csv = csvOf('campaign', rowsOf(conversions), totals(conversions))
  expect(csv).toBe(
    [
      'campaign,SIGN_UP,SUBSCRIPTION_RESTARTED,SUBSCRIPTION_CANCELLED,PROMOTION_APPLIED,total,share',
      "'=1+1,9,0,0,0,9,20.0 %",
      "'+1,8,0,0,0,8,17.8 %",
      "'-1,7,0,0,0,7,15.6 %",
      "'@SUM(A1),6,0,0,0,6,13.3 %",
      "'\t=1,5,0,0,0,5,11.1 %",
      "' =1,4,0,0,0,4,8.9 %",
      '"a ""b"", c",3,0,0,0,3,6.7 %',
      '"two\r\nlines",2,0,0,0,2,4.4 %',
      'plain -1,1,0,0,0,1,2.2 %',
      'All,45,0,0,0,45,100.0 %',
      '',
    ].join('\r\n'),
  )
})

test('characters that are invisible or reorder their surroundings are shown', () => {
  expect(readable('a\u202eb\u0000c\u2066d\ufeff')).toBe('a⟨U+202E⟩b⟨U+0000⟩c⟨U+2066⟩d⟨U+FEFF⟩')
  expect(readable('\ud800')).toBe('⟨U+D800⟩')
  expect(readable('שלום می‌خواهم 👩‍🚀\n')).toBe('שלום می‌خواهم 👩‍🚀\n')
})
