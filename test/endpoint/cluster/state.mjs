// The state of the cluster, from Patroni's REST interface, and the content of its databases.
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { addressOf, databases } from './hosts.mjs'

/** Milliseconds, on a machine that is busy. */
const patience = 240_000

/** Resolves when a condition is true. Rejects with its name when that takes too long. */
export const until = async (what, isSo) => {
  for (const end = Date.now() + patience; Date.now() < end; await delay(500))
    if (await Promise.resolve(isSo()).catch(() => false)) return
  throw new Error(`not within ${String(patience / 1000)} s: ${what}`)
}

const json = async (url) => (await fetch(url, { signal: AbortSignal.timeout(3000) })).json()

const addresses = databases.map(addressOf)

const isPrimary = async (address) =>
  (await fetch(`http://${address}:8008/primary`, { signal: AbortSignal.timeout(3000) }).catch(() => ({ ok: false }))).ok

export const primary = async () => {
  for (const name of databases) if (await isPrimary(addressOf(name))) return name
  throw new Error('no primary')
}

/**
 * The standby that has everything that was acknowledged. For some seconds no standby is named as such: for example
 * after a jump of the primary's clock, which ends its connections.
 */
export const synchronous = async () => {
  const find = async () => {
    const { members } = await json(`http://${addressOf(await primary())}:8008/cluster`)
    return members.find(({ role }) => role === 'sync_standby')?.name
  }
  let name
  await until('a synchronous standby', async () => (name = await find()) !== undefined)
  return name
}

export const isWhole = async () => {
  const [first] = addresses
  const { members } = await json(`http://${first}:8008/cluster`)
  const roles = members.map(({ role }) => role)
  const states = await Promise.all(addresses.map((address) => json(`http://${address}:8008/patroni`)))
  const timelines = new Set(members.map(({ timeline }) => timeline))
  return (
    members.length === 3 &&
    timelines.size === 1 &&
    states.every(({ state }) => state === 'running') &&
    roles.filter((role) => role === 'leader').length === 1 &&
    roles.includes('sync_standby')
  )
}

/** Runs a statement on one of the databases. */
export const on = async (name, database, text) => {
  const user = { user: 'postgres', password: 'superuser' }
  const client = new pg.Client({ host: addressOf(name), ...user, database, connectionTimeoutMillis: 5000 })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}
