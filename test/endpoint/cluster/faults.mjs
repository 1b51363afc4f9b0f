// The faults of the hosts, and the automatic reactions of a machine or a supervisor. Nobody touches the databases.
import { setTimeout as delay } from 'node:timers/promises'
import { databases, cut, mend } from './hosts.mjs'
import { until } from './state.mjs'

const othersThan = (name) => databases.filter((other) => other !== name)

/** As on the operator's page: Patroni hands over to a standby that has everything. */
const switchOver = async (cluster) => {
  const from = await cluster.primary()
  const to = await cluster.synchronous()
  await cluster.patronictl(from, 'switchover', 'wasabi', '--leader', from, '--candidate', to, '--force')
  await until('the other one is primary', async () => (await cluster.primary()) === to)
  await until('the cluster is whole', cluster.isWhole)
}

/** As `systemctl stop patroni`, an upgrade of the packages, and `systemctl start patroni`. */
const restart = async (cluster, name) => {
  await cluster.kill(name, 'patroni', 'SIGTERM')
  cluster.startPatroni(name)
  await until('the cluster is whole', cluster.isWhole)
}

/** Each `hurt` returns a function that restores the host: power, a cable, a supervisor. Patroni does the rest. */
export const faults = [
  {
    name: 'PostgreSQL of the primary killed',
    hurt: async (cluster) => {
      cluster.killPostgres(await cluster.primary())
      return () => undefined
    },
  },
  {
    name: "primary's host lost",
    hurt: async (cluster) => {
      const name = await cluster.primary()
      await cluster.lose(name)
      return () => {
        cluster.startEtcd(name)
        cluster.startPatroni(name)
      }
    },
  },
  {
    name: "primary's host cut off from the databases, not from the endpoints",
    hurt: async (cluster) => {
      const name = await cluster.primary()
      for (const other of othersThan(name)) cut(name, other)
      return () => {
        for (const other of othersThan(name)) mend(name, other)
      }
    },
    /** Longer than a lease. */
    holds: 40,
  },
  {
    name: 'the same, and its Patroni is dead: two primaries',
    hurt: async (cluster) => {
      const name = await cluster.primary()
      await cluster.kill(name, 'patroni')
      for (const other of othersThan(name)) cut(name, other)
      return () => {
        for (const other of othersThan(name)) mend(name, other)
        cluster.startPatroni(name)
      }
    },
    holds: 40,
  },
  {
    name: "a standby's host lost, the synchronous one",
    hurt: async (cluster) => {
      const name = await cluster.synchronous()
      await cluster.lose(name)
      return () => {
        cluster.startEtcd(name)
        cluster.startPatroni(name)
      }
    },
  },
  {
    name: "etcd's leader killed",
    hurt: async (cluster) => {
      const name = await cluster.etcdLeader()
      await cluster.kill(name, 'etcd')
      return () => {
        cluster.startEtcd(name)
      }
    },
  },
  {
    name: 'all PostgreSQL killed at once',
    hurt: (cluster) => {
      for (const name of databases) cluster.killPostgres(name)
      return () => undefined
    },
  },
  {
    name: 'an endpoint killed',
    hurt: async (cluster) => {
      await cluster.kill('app1', 'endpoint')
      return () => {
        cluster.startEndpoint('app1')
      }
    },
  },
  {
    name: "clock of the primary's host an hour ahead, then an hour behind",
    hurt: async (cluster) => {
      const name = await cluster.primary()
      const setAndShow = async (offset) => {
        cluster.setClock(name, offset)
        await delay(5000)
        const minutes = ((await cluster.clockOf(name)).getTime() - Date.now()) / 60_000
        if (Math.abs(Math.abs(minutes) - 60) > 1) throw new Error(`the clock is off by ${String(minutes)} minutes`)
      }
      await setAndShow('+3600')
      await delay(10_000)
      await setAndShow('-3600')
      return () => {
        cluster.setClock(name, '+0')
      }
    },
  },
  {
    name: 'a switchover to a standby, by hand',
    hurt: async (cluster) => {
      await switchOver(cluster)
      return () => undefined
    },
  },
  {
    name: 'a host replaced by an empty one',
    hurt: async (cluster) => {
      const name = await cluster.synchronous()
      const other = await cluster.primary()
      await cluster.lose(name)
      cluster.wipe(name)
      return async () => {
        const members = await cluster.etcdctl(other, 'member', 'list')
        const [, id] = new RegExp(`^(\\w+),.* ${name},`, 'm').exec(members)
        await cluster.etcdctl(other, 'member', 'remove', id)
        await cluster.etcdctl(other, 'member', 'add', name, `--peer-urls=http://${name}:2380`)
        cluster.startEtcd(name, 'existing')
        cluster.startPatroni(name)
      }
    },
  },
  {
    name: 'each PostgreSQL restarted in turn, the primary after a switchover',
    hurt: async (cluster) => {
      const last = await cluster.primary()
      for (const name of othersThan(last)) await restart(cluster, name)
      await switchOver(cluster)
      await restart(cluster, last)
      return () => undefined
    },
  },
]
