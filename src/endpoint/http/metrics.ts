import type { Outcome } from '../store/store'

/** What became of a request to take an event: the store's outcomes, and what never came so far. */
export type Counted = Outcome | 'unavailable' | 'limited' | 'forbidden'

const counted: readonly Counted[] = [
  'stored',
  'repeated',
  'conflicting',
  'refused',
  'erased',
  'unavailable',
  'limited',
  'forbidden',
]

/** Seconds: from a fast disk alone to a standby far away. */
const bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

const family = (name: string, type: 'counter' | 'gauge' | 'histogram', help: string): string =>
  `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`

const gauge = (name: string, help: string, value: number): string =>
  `${family(name, 'gauge', help)}${name} ${String(value)}\n`

/** Counts what happens, and writes it as Prometheus reads it: https://prometheus.io/docs/instrumenting/exposition_formats/ */
export const createMetrics = () => {
  const counts = new Map<Counted, number>()
  const commits = bounds.map(() => 0)
  let commitCount = 0
  let commitSum = 0

  return {
    count: (what: Counted, by = 1): void => void counts.set(what, (counts.get(what) ?? 0) + by),
    commit: (seconds: number): void => {
      commitCount += 1
      commitSum += seconds
      const bucket = bounds.findIndex((bound) => seconds <= bound)
      if (bucket >= 0) commits[bucket] = (commits[bucket] ?? 0) + 1
    },
    text: ({ queued, streams }: { readonly queued: number; readonly streams: number }): string => {
      let below = 0
      const buckets = bounds.map((bound, index) => {
        below += commits[index] ?? 0
        return `wasabi_commit_seconds_bucket{le="${String(bound)}"} ${String(below)}\n`
      })
      return [
        family('wasabi_events_total', 'counter', 'Requests to take an event, by what became of them.'),
        ...counted.map((what) => `wasabi_events_total{outcome="${what}"} ${String(counts.get(what) ?? 0)}\n`),
        family('wasabi_commit_seconds', 'histogram', 'Time that a group of events took to commit.'),
        ...buckets,
        `wasabi_commit_seconds_bucket{le="+Inf"} ${String(commitCount)}\n`,
        `wasabi_commit_seconds_sum ${String(commitSum)}\nwasabi_commit_seconds_count ${String(commitCount)}\n`,
        gauge('wasabi_queue_events', 'Events that wait for their commit.', queued),
        gauge('wasabi_streams', 'Streams that are being read.', streams),
        family('process_cpu_seconds_total', 'counter', 'Processor time of the process.'),
        `process_cpu_seconds_total ${String(process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6)}\n`,
        gauge('process_resident_memory_bytes', 'Memory of the process.', process.memoryUsage.rss()),
      ].join('')
    },
  }
}
