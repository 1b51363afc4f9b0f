// Hosts as network namespaces on one machine: a bridge is their switch, and their names resolve inside them only.
import { execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'

const addresses = {
  db1: '10.97.61.11',
  db2: '10.97.61.12',
  db3: '10.97.61.13',
  app1: '10.97.61.21',
  app2: '10.97.61.22',
}
const bridge = 'wasabi0'
const namespaceOf = (name) => `wasabi-${name}`

export const databases = ['db1', 'db2', 'db3']
export const applications = ['app1', 'app2']
export const addressOf = (name) => addresses[name]

const ip = (...args) => execFileSync('ip', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
const inside = (name, ...args) => ip('-n', namespaceOf(name), ...args)

const addHost = (name, hosts) => {
  const namespace = namespaceOf(name)
  mkdirSync(`/etc/netns/${namespace}`, { recursive: true })
  writeFileSync(`/etc/netns/${namespace}/hosts`, hosts)
  // No look-up leaves the machine: a name that is not in the file above is unknown.
  writeFileSync(`/etc/netns/${namespace}/resolv.conf`, 'nameserver 127.0.0.1\n')
  ip('netns', 'add', namespace)
  ip('link', 'add', `ws-${name}`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace)
  ip('link', 'set', `ws-${name}`, 'master', bridge, 'up')
  inside(name, 'addr', 'add', `${addressOf(name)}/24`, 'dev', 'eth0')
  inside(name, 'link', 'set', 'eth0', 'up')
  inside(name, 'link', 'set', 'lo', 'up')
}

/** Makes the hosts. The machine itself is on the switch too, as 10.97.61.1: the load and the reader run there. */
export const addHosts = () => {
  ip('link', 'add', bridge, 'type', 'bridge')
  ip('addr', 'add', '10.97.61.1/24', 'dev', bridge)
  ip('link', 'set', bridge, 'up')
  const lines = Object.entries(addresses).map(([name, address]) => `${address} ${name}`)
  const hosts = ['127.0.0.1 localhost', ...lines, ''].join('\n')
  for (const name of Object.keys(addresses)) addHost(name, hosts)
}

export const removeHosts = () => {
  for (const name of Object.keys(addresses)) {
    const namespace = namespaceOf(name)
    try {
      ip('netns', 'del', namespace)
    } catch {
      // A run that failed early has not made all of them.
    }
    rmSync(`/etc/netns/${namespace}`, { recursive: true, force: true })
  }
  try {
    ip('link', 'del', bridge)
  } catch {
    // A run that failed early has not made it.
  }
}

const hardwareOf = (name) => inside(name, '-o', 'link', 'show', 'eth0').match(/link\/ether (\S+)/)[1]

/** Drops packets between the two hosts without an error: each finds the other at an address that no host has. */
export const cut = (one, other) => {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ])
    inside(from, 'neigh', 'replace', addressOf(to), 'lladdr', '02:00:00:00:00:01', 'dev', 'eth0', 'nud', 'permanent')
}

export const mend = (one, other) => {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ])
    inside(from, 'neigh', 'replace', addressOf(to), 'lladdr', hardwareOf(to), 'dev', 'eth0', 'nud', 'reachable')
}

/** On a host, as a user who is not root. `ip` and `setpriv` become the program, so the process id is its own. */
const argumentsOf = (name, command) => {
  const user = ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups']
  return ['netns', 'exec', namespaceOf(name), ...user, ...command]
}

/** Starts a program on a host. */
export const startOn = (name, { command, env, log, cwd }) => {
  const output = openSync(log, 'a')
  return spawn('ip', argumentsOf(name, command), { env, cwd, detached: true, stdio: ['ignore', output, output] })
}

/** Runs a command on a host to its end, and resolves to its output. */
export const runOn = async (name, { command, env }) => {
  const { stdout } = await promisify(execFile)('ip', argumentsOf(name, command), { env, cwd: '/', timeout: 60_000 })
  return stdout
}

/** Ends a program, and waits until it has ended. */
export const stop = async (child, signal = 'SIGKILL') => {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill(signal)
  await exited
}
