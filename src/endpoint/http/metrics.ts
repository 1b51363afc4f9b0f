import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Lag } from '../store/forward'
import type { Outcome } from '../store/store'

/**
 * The outcome of a request with an event: one of the store's outcomes, or the reason why it did not reach the store.
 */
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

/** Seconds: from a fast disk alone to a distant standby. */
const buckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** Figures that are measured when they are asked for. */
export type Measured = {
  readonly queued: () => number
  readonly streams: () => number
  readonly lags: () => Promise<readonly Lag[]>
}

const addProcess = (registers: Registry[]): void => {
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'Processor time of the process.',
    registers,
    collect() {
      const { user, system } = process.cpuUsage()
      this.reset()
      this.inc((user + system) / 1e6)
    },
  })
  new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Memory of the process.',
    registers,
    collect() {
      this.set(process.memoryUsage.rss())
    },
  })
}

const addLag = (registers: Registry[], { lags }: Measured): void => {
  const series = [
    ['wasabi_forward_lag_events', 'Events that a receiver does not have yet.', 'events'],
    ['wasabi_forward_lag_seconds', 'Time for which the oldest of them waits.', 'seconds'],
    ['wasabi_forward_set_aside_events', 'Events that a receiver refused for good.', 'setAside'],
  ] as const
  for (const [name, help, field] of series)
    new Gauge({
      name,
      help,
      labelNames: ['target'],
      registers,
      async collect() {
        for (const lag of await lags()) this.set({ target: lag.target }, lag[field])
      },
    })
}

const addMeasured = (registers: Registry[], { queued, streams }: Measured): void => {
  new Gauge({
    name: 'wasabi_queue_events',
    help: 'Events that wait for their commit.',
    registers,
    collect() {
      this.set(queued())
    },
  })
  new Gauge({
    name: 'wasabi_streams',
    help: 'Streams that are being read.',
    registers,
    collect() {
      this.set(streams())
    },
  })
}

/** Creates the metrics that Prometheus reads. */
export const createMetrics = (measured: Measured) => {
  const registry = new Registry()
  const registers = [registry]
  const events = new Counter({
    name: 'wasabi_events_total',
    help: 'Requests with an event, by outcome.',
    labelNames: ['outcome'],
    registers,
  })
  // A series that exists from the beginning can be compared with its earlier values.
  const series = new Map(counted.map((outcome) => [outcome, events.labels(outcome)]))
  for (const one of series.values()) one.inc(0)
  const commits = new Histogram({
    name: 'wasabi_commit_seconds',
    help: 'Time that a group of events took to commit.',
    buckets,
    registers,
  })
  const expired = new Counter({
    name: 'wasabi_expired_events_total',
    help: 'Events that retention deleted.',
    registers,
  })
  addMeasured(registers, measured)
  addLag(registers, measured)
  addProcess(registers)

  return {
    count: (what: Counted, by = 1): void => series.get(what)?.inc(by),
    commit: (seconds: number): void => {
      commits.observe(seconds)
    },
    expired: (events: number): void => {
      expired.inc(events)
    },
    registry,
  }
}
