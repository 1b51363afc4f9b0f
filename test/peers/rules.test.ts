import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { record } from './record.mjs'
import { isDecided, judge, REACH, settle, type Result } from './rules.mjs'

const arrived: Result = { verdict: 'arrived', worth: 'good' }
const later: Result = { verdict: 'later', worth: 'fair' }
const lost: Result = { verdict: 'lost', worth: 'bad' }
const OFTEN = 3
const race = { often: OFTEN }
const many = (result: Result, count: number) => Array.from({ length: count }, () => result)

test('a cell that is run once counts as it is', () => {
  expect(settle({}, [later])).toEqual(later)
  expect(isDecided({}, [lost])).toBe(true)
  expect(isDecided({}, [arrived])).toBe(false)
})

test('a race counts as the worst that happened often, and says how often', () => {
  expect(settle(race, many(arrived, 12))).toEqual(arrived)
  expect(settle(race, [...many(arrived, 12 - OFTEN + 1), ...many(lost, OFTEN - 1)])).toEqual({
    ...arrived,
    note: '10 of 12 times',
  })
  expect(settle(race, [...many(arrived, 12 - OFTEN), ...many(lost, OFTEN)])).toEqual({ ...lost, note: '3 of 12 times' })
  // Two worse results of different kinds still count as two worse ones.
  expect(settle(race, [...many(arrived, 9), later, later, lost])).toEqual({ ...later, note: '2 of 12 times' })
})

test('a race ends when nothing could change its verdict, and not before', () => {
  expect(isDecided(race, many(lost, OFTEN))).toBe(true)
  expect(isDecided(race, [...many(later, 8), ...many(lost, OFTEN - 1)])).toBe(false)
  expect(isDecided(race, [{ verdict: '–', worth: 'none' }])).toBe(true)
})

test('a cell that could not be run says so', () => {
  const failed: Result = { verdict: 'failed', worth: 'failed' }
  expect(settle({}, [failed])).toEqual(failed)
})

test('the reach of a peer is rated by the campaign in its own event', () => {
  const worth = (key: string, verdict: string) => {
    const column = REACH.find((candidate) => candidate.key === key)
    return column && judge(column, verdict)
  }
  expect(['declared', 'as a click', 'no', 'lost', 'not run'].map((verdict) => worth('withoutCode', verdict))).toEqual([
    'good',
    'fair',
    'bad',
    'bad',
    'failed',
  ])
  for (const key of ['elsewhere', 'server'])
    expect(['event', 'id', 'guess', 'another', 'no'].map((verdict) => worth(key, verdict))).toEqual([
      'good',
      'fair',
      'guess',
      'bad',
      'bad',
    ])
})

type Peer = { readonly default: { readonly reach: Readonly<Record<string, { readonly docs: string }>> } }

const FOLDER = new URL('peers/', import.meta.url)

test.each(readdirSync(FOLDER))('%s says where its documentation is, also where that has nothing', async (file) => {
  const peer = (await import(new URL(file, FOLDER).href)) as Peer
  const { reach } = peer.default
  expect(Object.keys(reach)).toEqual(REACH.map(({ key }) => key))
  for (const { docs } of Object.values(reach)) expect(docs).toMatch(/^https:\/\/|^README|^it /)
})

test('a partial run joins the last result with its date, and a peer that could not be set up keeps its own', () => {
  const peer = (name: string, cells: object, more = {}) => ({ name, cells, reach: {}, ...more })
  const last = { date: 'then', peers: [peer('a', { down: 1 }, { figures: 1 }), peer('b', { down: 2, server: 3 })] }
  const now = {
    date: 'now',
    rounds: 21,
    machine: { chromium: '150' },
    peers: [peer('a', { server: 4 }), peer('b', {}, { failed: 'no conversion arrived' })],
  }
  expect(record(last, now, { wanted: [], only: ['server'] })).toEqual({
    date: 'then',
    alone: { columns: ['server'], peers: [], date: 'now', chromium: '150' },
    peers: [peer('a', { down: 1, server: 4 }, { figures: 1 }), last.peers[1]],
  })
  expect(record(last, now, { wanted: [], only: undefined })).toBe(now)
  expect(record(last, now, { wanted: ['a'], only: undefined })).toEqual({
    ...last,
    again: { rounds: 21, peers: ['a'], date: 'now', chromium: '150' },
    peers: [now.peers[0], last.peers[1]],
  })
})
