import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe } from 'vitest'
import type { EndpointOptions } from '../../../src/endpoint/http/endpoint'
import type { Entry, Expired, Store } from '../../../src/endpoint/store/store'
import { administrate, prepareServer } from './postgres'
import { freshFile } from './server'

/** The place of a store, which distinguishes it from others of its kind. */
export type Place = Pick<EndpointOptions, 'file' | 'database'>

/** Makes the place of a store that does not exist yet. */
export type FreshPlace = () => Promise<Place>

/** Starts a PostgreSQL server for a test file. Returns a function that makes databases on it. */
export const usePostgres = (): FreshPlace => {
  const server = prepareServer()
  beforeAll(() => server.start())
  afterAll(() => server.remove())
  return async () => {
    const name = `wasabi_${randomUUID().replaceAll('-', '')}`
    await administrate(server, `CREATE DATABASE ${name}`)
    return { database: `${server.host}/${name}` }
  }
}

/** The end of the century: all entries of a test were stored before. */
let storedBefore = 4_102_444_800_000

/** Deletes some of the entries that were received before an instant. */
export const expireBefore = async (store: Store, receivedBefore: number): Promise<Expired> => {
  storedBefore += 86_400_000
  await store.setRetentionTime(storedBefore)
  return store.expire({ receivedBefore, storedBefore })
}

/** All entries of an interaction. */
export const historyIn = async (store: Store, interactionId: string): Promise<readonly Entry[]> => {
  const entries: Entry[] = []
  for await (const entry of store.interaction(interactionId)) entries.push(entry)
  return entries
}

/** The kinds of store in this run: both, unless unit.config.ts names one. */
const { STORES: chosen = 'SQLite PostgreSQL' } = process.env

/** Runs the same tests for each kind of store. */
export const describeStores = (tests: (freshPlace: FreshPlace) => void): void => {
  if (chosen.includes('SQLite'))
    describe('SQLite', () => {
      tests(() => Promise.resolve({ file: freshFile() }))
    })
  if (chosen.includes('PostgreSQL'))
    describe('PostgreSQL', () => {
      tests(usePostgres())
    })
}
