// Three database hosts, each with etcd, Patroni and PostgreSQL, and two hosts of the endpoint.
// The files are the operator's.
import { execFileSync } from 'node:child_process'
import {
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { addressOf, addHosts, applications, databases, removeHosts, startOn, stop } from './hosts.mjs'
import { postgresFolder, faketime } from './needs.mjs'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const deploy = `${root}src/endpoint/deploy/cluster/`
const secrets = {
  SUPERUSER_PASSWORD: 'superuser',
  REPLICATION_PASSWORD: 'replication',
  WASABI_PASSWORD: 'wasabi',
  READ_TOKEN: 'token-of-this-test',
}

/** The lines of one of the operator's files, filled in. */
const environmentOf = (file, values) =>
  Object.fromEntries(
    readFileSync(deploy + file, 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => line.replace(/\$\{(\w+)\}/g, (_, name) => values[name]))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )

/** Milliseconds, on a machine that is busy. */
const patience = 240_000

/** Resolves when something is so; rejects with its name when that takes too long. */
export const until = async (what, isSo) => {
  for (const end = Date.now() + patience; Date.now() < end; await delay(500))
    if (await Promise.resolve(isSo()).catch(() => false)) return
  throw new Error(`not within ${String(patience / 1000)} s: ${what}`)
}

const json = async (url) => (await fetch(url, { signal: AbortSignal.timeout(3000) })).json()

const prepareFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'wasabi-cluster-'))
  const user = (flag) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  const own = (path) => {
    mkdirSync(path, { recursive: true, mode: 0o700 })
    chownSync(path, user('-u'), user('-g'))
    return path
  }
  own(folder)
  return { folder, own }
}

export const prepareCluster = () => {
  const { folder, own } = prepareFolder()
  const running = new Map()
  const start = (name, kind, options) => {
    const log = `${folder}/${name}.${kind}.log`
    running.set(`${name} ${kind}`, startOn(name, { log, cwd: options.cwd ?? folder, ...options }))
  }
  const base = { PATH: `${postgresFolder}:${process.env.PATH}`, LC_ALL: 'C.UTF-8', HOME: folder }
  const clockOf = (name) => `${folder}/${name}.clock`
  const nodeOf = (name) => environmentOf('node.env', { NAME: name, ...secrets })

  const startEtcd = (name) => {
    const env = { ...base, ...environmentOf('etcd.env', {}), ...nodeOf(name), ETCD_DATA_DIR: `${folder}/${name}.etcd` }
    start(name, 'etcd', { command: ['etcd'], env })
  }
  /**
   * PostgreSQL's programs, with a clock of the host's own for the server. Patroni keeps the true time, since Python
   * cannot sleep under libfaketime 0.9.10; so does etcd, since programs in Go do not ask libc.
   * Neither compares times of two hosts.
   */
  const programsOf = (name) => {
    const programs = own(`${folder}/${name}.bin`)
    for (const program of readdirSync(postgresFolder)) {
      rmSync(join(programs, program), { force: true })
      if (program !== 'postgres') symlinkSync(join(postgresFolder, program), join(programs, program))
    }
    const clock = `FAKETIME_TIMESTAMP_FILE=${clockOf(name)} FAKETIME_CACHE_DURATION=1 FAKETIME_DONT_FAKE_MONOTONIC=1`
    const lines = ['#!/bin/sh', `exec env LD_PRELOAD=${faketime} ${clock} ${postgresFolder}/postgres "$@"`, '']
    writeFileSync(join(programs, 'postgres'), lines.join('\n'), { mode: 0o755 })
    return programs
  }
  const startPatroni = (name) => {
    const env = {
      ...base,
      ...nodeOf(name),
      PATRONI_POSTGRESQL_DATA_DIR: own(`${folder}/${name}.data`),
      PATRONI_POSTGRESQL_BIN_DIR: programsOf(name),
      PATRONI_POSTGRESQL_PGPASS: `${folder}/${name}.pgpass`,
    }
    start(name, 'patroni', { command: ['patroni', `${deploy}patroni.yml`], env, cwd: own(`${folder}/${name}.run`) })
  }
  const startEndpoint = (name) => {
    const env = { ...base, ...environmentOf('endpoint.env', secrets), RATE_LIMIT: '0' }
    start(name, 'endpoint', { command: [process.execPath, `${root}dist/endpoint/main.js`], env })
  }

  const isPostgres = (id, name) => {
    try {
      return readFileSync(`/proc/${id}/cmdline`, 'utf8').includes(`${folder}/${name}.data`)
    } catch {
      return false
    }
  }
  const killPostgres = (name) => {
    try {
      const id = Number(readFileSync(`${folder}/${name}.data/postmaster.pid`, 'utf8').split('\n')[0])
      if (isPostgres(id, name)) process.kill(id, 'SIGKILL')
    } catch {
      // It does not run.
    }
  }
  const kill = (name, kind) => stop(running.get(`${name} ${kind}`))

  const addresses = databases.map(addressOf)
  const isPrimary = async (address) =>
    (await fetch(`http://${address}:8008/primary`, { signal: AbortSignal.timeout(3000) }).catch(() => ({ ok: false })))
      .ok

  const primary = async () => {
    for (const name of databases) if (await isPrimary(addressOf(name))) return name
    throw new Error('no primary')
  }
  const synchronous = async () => {
    const { members } = await json(`http://${addressOf(await primary())}:8008/cluster`)
    return members.find(({ role }) => role === 'sync_standby').name
  }
  const isWhole = async () => {
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
  const etcdLeader = () => {
    const endpoints = addresses.map((address) => `http://${address}:2379`).join()
    const args = [`--endpoints=${endpoints}`, 'endpoint', 'status', '-w', 'json']
    const status = execFileSync('etcdctl', args, {
      env: { ...base, ETCDCTL_API: '3' },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    // Their numbers are larger than a number of JavaScript: compared as they are written.
    const leader = /"leader":(\d+)/.exec(status)[1]
    const at = JSON.parse(status.replace(/:(\d{16,})/g, ':"$1"')).find(
      ({ Status }) => Status.header.member_id === leader,
    )
    return databases[addresses.indexOf(new URL(at.Endpoint).hostname)]
  }
  const on = async (name, { user = 'postgres', password = 'superuser', database = 'postgres' }, text) => {
    const client = new pg.Client({ host: addressOf(name), user, password, database, connectionTimeoutMillis: 5000 })
    client.on('error', () => undefined)
    await client.connect()
    try {
      return (await client.query(text)).rows
    } finally {
      await client.end()
    }
  }
  const setClock = (name, offset) => writeFileSync(clockOf(name), offset)

  return {
    folder,
    token: secrets.READ_TOKEN,
    urls: applications.map((name) => `http://${addressOf(name)}:4174/customer-actions`),
    primary,
    synchronous,
    isWhole,
    etcdLeader,
    setClock,
    kill,
    killPostgres,
    startEtcd,
    startPatroni,
    startEndpoint,
    /** All of a database host at once, as a power cut does. */
    lose: async (name) => {
      await kill(name, 'patroni')
      killPostgres(name)
      await kill(name, 'etcd')
    },
    /** The texts of all events that the primary has. */
    stored: async () => on(await primary(), { database: 'wasabi' }, 'SELECT text FROM wasabi_event'),
    clockOf: async (name) => (await on(name, {}, 'SELECT now() AS now'))[0].now,
    start: async () => {
      addHosts()
      for (const name of databases) {
        setClock(name, '+0')
        startEtcd(name)
      }
      for (const name of databases) startPatroni(name)
      await until('three databases, one of them synchronous', isWhole)
      await on(await primary(), {}, `CREATE ROLE wasabi LOGIN PASSWORD '${secrets.WASABI_PASSWORD}'`)
      await on(await primary(), {}, 'CREATE DATABASE wasabi OWNER wasabi')
      for (const name of applications) startEndpoint(name)
      for (const name of applications)
        await until(
          `the endpoint on ${name}`,
          async () => (await fetch(`http://${addressOf(name)}:4174/health/ready`)).ok,
        )
    },
    end: async (keep) => {
      // Patroni first, or it starts again what is ended.
      for (const [key, child] of running) if (key.endsWith('patroni')) await stop(child)
      for (const name of databases) killPostgres(name)
      for (const child of running.values()) await stop(child)
      await delay(1000)
      removeHosts()
      if (!keep) rmSync(folder, { recursive: true, force: true })
    },
  }
}
