// Three database hosts, each with etcd, Patroni and PostgreSQL, and two hosts of the endpoint.
// The files are the operator's.
import { readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { deploy, environmentOf, prepareFolder, root, secrets } from './files.mjs'
import { addHosts, addressOf, applications, databases, removeHosts, runOn, startOn, stop } from './hosts.mjs'
import { faketime, postgresFolder } from './needs.mjs'
import { isWhole, on, primary, synchronous, until } from './state.mjs'

const base = (folder) => ({ PATH: `${postgresFolder}:${process.env.PATH}`, LC_ALL: 'C.UTF-8', HOME: folder })
const nodeOf = (name) => environmentOf('node.env', { NAME: name, ...secrets })

/** The commands that an operator types on a host, as on the page beside the files. */
const prepareCommands = (folder) => {
  const env = { ...base(folder), ...nodeOf('db1') }
  const etcdctl = (host, ...args) =>
    runOn(host, { command: ['etcdctl', `--endpoints=http://${host}:2379`, ...args], env: { ...env, ETCDCTL_API: '3' } })
  return {
    etcdctl,
    psql: (host, text) => {
      const address = 'host=db1,db2,db3 user=postgres target_session_attrs=read-write'
      return runOn(host, {
        command: ['psql', address, '-c', text],
        env: { ...env, PGPASSWORD: secrets.SUPERUSER_PASSWORD },
      })
    },
    patronictl: (host, ...args) => runOn(host, { command: ['patronictl', '-c', `${deploy}patroni.yml`, ...args], env }),
    etcdLeader: async () => {
      const all = databases.map((name) => `http://${name}:2379`).join()
      const status = await etcdctl('db1', `--endpoints=${all}`, 'endpoint', 'status', '-w', 'json')
      // Their numbers are larger than a number of JavaScript, so they are compared as texts.
      const [, leader] = /"leader":(\d+)/.exec(status)
      const at = JSON.parse(status.replace(/:(\d{16,})/g, ':"$1"')).find(
        ({ Status }) => Status.header.member_id === leader,
      )
      return new URL(at.Endpoint).hostname
    },
  }
}

/**
 * PostgreSQL's programs, with a clock of the host's own for the server. Patroni keeps the true time, since Python
 * cannot sleep under libfaketime 0.9.10; so does etcd, since programs in Go do not ask libc.
 * Neither compares times of two hosts.
 */
const writePrograms = (programs, clockFile) => {
  for (const program of readdirSync(postgresFolder)) {
    rmSync(join(programs, program), { force: true })
    if (program !== 'postgres') symlinkSync(join(postgresFolder, program), join(programs, program))
  }
  const clock = `FAKETIME_TIMESTAMP_FILE=${clockFile} FAKETIME_CACHE_DURATION=1 FAKETIME_DONT_FAKE_MONOTONIC=1`
  const lines = ['#!/bin/sh', `exec env LD_PRELOAD=${faketime} ${clock} ${postgresFolder}/postgres "$@"`, '']
  writeFileSync(join(programs, 'postgres'), lines.join('\n'), { mode: 0o755 })
  return programs
}

const preparePrograms = ({ folder, own }) => {
  const running = new Map()
  const start = (name, kind, options) => {
    const log = `${folder}/${name}.${kind}.log`
    running.set(`${name} ${kind}`, startOn(name, { log, cwd: options.cwd ?? folder, ...options }))
  }
  const clockFile = (name) => `${folder}/${name}.clock`
  return {
    running,
    startEtcd: (name, state = 'new') => {
      const env = { ...base(folder), ...environmentOf('etcd.env', {}), ...nodeOf(name) }
      const own = { ETCD_INITIAL_CLUSTER_STATE: state, ETCD_DATA_DIR: `${folder}/${name}.etcd` }
      start(name, 'etcd', { command: ['etcd'], env: { ...env, ...own } })
    },
    startPatroni: (name) => {
      const env = {
        ...base(folder),
        ...nodeOf(name),
        PATRONI_POSTGRESQL_DATA_DIR: own(`${folder}/${name}.data`),
        PATRONI_POSTGRESQL_BIN_DIR: writePrograms(own(`${folder}/${name}.bin`), clockFile(name)),
        PATRONI_POSTGRESQL_PGPASS: `${folder}/${name}.pgpass`,
      }
      start(name, 'patroni', { command: ['patroni', `${deploy}patroni.yml`], env, cwd: own(`${folder}/${name}.run`) })
    },
    startEndpoint: (name) => {
      const env = { ...base(folder), ...environmentOf('endpoint.env', secrets), RATE_LIMIT: '0' }
      start(name, 'endpoint', { command: [process.execPath, `${root}dist/endpoint/main.js`], env })
    },
    setClock: (name, offset) => {
      writeFileSync(clockFile(name), offset)
    },
  }
}

/** Ends programs: PostgreSQL by the id in its folder, Patroni and the others by their process. */
const prepareEnds = ({ folder }, running) => {
  const isPostgres = (id, name) => readFileSync(`/proc/${id}/cmdline`, 'utf8').includes(`${folder}/${name}.data`)
  const killPostgres = (name) => {
    try {
      const [id] = readFileSync(`${folder}/${name}.data/postmaster.pid`, 'utf8').split('\n')
      if (isPostgres(id, name)) process.kill(Number(id), 'SIGKILL')
    } catch {
      // PostgreSQL is not running.
    }
  }
  const kill = (name, kind, signal) => stop(running.get(`${name} ${kind}`), signal)
  return {
    kill,
    killPostgres,
    /** Ends everything on a database host at once, as a power cut does. */
    lose: async (name) => {
      await kill(name, 'patroni')
      killPostgres(name)
      await kill(name, 'etcd')
    },
    endAll: async () => {
      // Patroni first: otherwise it restarts the programs that are ended.
      for (const [key, child] of running) if (key.endsWith('patroni')) await stop(child)
      for (const name of databases) killPostgres(name)
      for (const child of running.values()) await stop(child)
      await delay(1000)
    },
  }
}

export const prepareCluster = () => {
  const place = prepareFolder()
  const { folder } = place
  const programs = preparePrograms(place)
  const commands = prepareCommands(folder)
  const { endAll, ...ends } = prepareEnds(place, programs.running)
  const isReady = async (name) => (await fetch(`http://${addressOf(name)}:4174/health/ready`)).ok

  return {
    ...programs,
    ...ends,
    ...commands,
    folder,
    token: secrets.READ_TOKEN,
    urls: applications.map((name) => `http://${addressOf(name)}:4174/customer-actions`),
    primary,
    synchronous,
    isWhole,
    /** Deletes the disk of a host that has been lost: a new machine has nothing. */
    wipe: (name) => {
      for (const part of ['data', 'etcd', 'run', 'pgpass'])
        rmSync(`${folder}/${name}.${part}`, { recursive: true, force: true })
    },
    /** The texts of all events that the primary has. */
    stored: async () => on(await primary(), 'wasabi', 'SELECT text FROM wasabi_event'),
    clockOf: async (name) => (await on(name, 'postgres', 'SELECT now() AS now'))[0].now,
    start: async () => {
      addHosts()
      for (const name of databases) {
        programs.setClock(name, '+0')
        programs.startEtcd(name)
      }
      for (const name of databases) programs.startPatroni(name)
      await until('three databases, one of them synchronous', isWhole)
      await commands.psql('db1', `CREATE ROLE wasabi LOGIN PASSWORD '${secrets.WASABI_PASSWORD}'`)
      await commands.psql('db1', 'CREATE DATABASE wasabi OWNER wasabi')
      for (const name of applications) programs.startEndpoint(name)
      for (const name of applications) await until(`the endpoint on ${name}`, () => isReady(name))
    },
    end: async (keep) => {
      await endAll()
      removeHosts()
      if (!keep) rmSync(folder, { recursive: true, force: true })
    },
  }
}
