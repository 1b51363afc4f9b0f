import { brotli } from '../build.mjs'
import { createCell } from '../cell.mjs'
import { QUIET, sleep } from '../wait.mjs'

/** The number of new visitors for each figure. Two are the least: a value that both send alike is nobody's id. */
export const ROUNDS = Number(process.env.ROUNDS ?? 5)

const sum = (items, read) => items.reduce((total, item) => total + read(item), 0)

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor((numbers.length - 1) / 2)]

/**
 * Milliseconds that the page's main thread has worked in scripts, including compilation: time of the processor, not
 * of the clock, which a busy machine stretches.
 */
const scriptTime = async (session) => {
  const { metrics } = await session.send('Performance.getMetrics')
  return metrics.find(({ name }) => name === 'ScriptDuration').value * 1000
}

const watchPage = async (cell) => {
  const tab = await cell.newTab()
  const session = await cell.context.newCDPSession(tab)
  await session.send('Performance.setTimeDomain', { timeDomain: 'threadTicks' })
  await session.send('Performance.enable')
  return { tab, session }
}

/** One call may be shorter than the browser's own metric can show. */
const MANY = 20

const round = async (world, peer, timed = true) => {
  const cell = await createCell(world, peer)
  const { arrivals } = cell.endpoint
  const arrive = async (marker) => (peer.name === 'nothing' ? sleep(QUIET) : cell.endpoint.until(marker))
  try {
    const { tab, session } = await watchPage(cell)
    await tab.goto(cell.site.url('/'))
    await cell.quiet()
    const atLoad = {
      script: await scriptTime(session),
      requests: arrivals.length,
      bytes: sum(arrivals, ({ size }) => size),
    }
    const scripts = [...cell.site.served, ...arrivals.flatMap(({ script }) => script || [])]

    const marker = cell.marker()
    const called = await tab.evaluate((id) => {
      const now = performance.timeOrigin + performance.now()
      window.convert(id)
      return now
    }, marker)
    const arrived = await arrive(marker)
    await cell.quiet()
    const one = arrivals.slice(atLoad.requests)

    const before = await scriptTime(session)
    const markers = Array.from({ length: timed ? MANY : 0 }, cell.marker)
    // From a timer: a call by the debugger would not count as a script of the page.
    await tab.evaluate((ids) => void setTimeout(() => ids.forEach((id) => window.convert(id))), markers)
    for (const each of peer.name === 'nothing' ? [] : markers) await arrive(each)
    await cell.quiet()
    return {
      wire: brotli(peer.head) + sum(scripts, brotli),
      arrived,
      atLoad,
      perEvent: {
        script: ((await scriptTime(session)) - before) / MANY,
        requests: one.length,
        bytes: sum(one, ({ size }) => size),
      },
      delay: arrived ? cell.endpoint.attempts(marker)[0].at - called : undefined,
      values: arrivals.flatMap(({ events: sent }) => sent.flatMap(({ values }) => values)),
      thrown: cell.thrown,
    }
  } finally {
    await cell.close()
  }
}

/** A page that does nothing: it shows the cost of watching, which is subtracted. */
const NOTHING = {
  name: 'nothing',
  title: 'nothing',
  head: '<script>function convert() {}</script>',
  files: {},
  constants: new Set(),
}

/**
 * The values that all visitors send alike, so no ids of a person. The peer's set-up has failed if a conversion does
 * not arrive on a healthy network.
 */
const findConstants = (all) => {
  const failed = all.find(({ arrived }) => !arrived)
  if (failed)
    throw new Error(`no conversion arrived on a healthy network${failed.thrown.length ? `: ${failed.thrown[0]}` : ''}`)
  return new Set(
    all
      .slice(1)
      .flatMap(({ values }) => values)
      .filter((value) => all[0].values.includes(value)),
  )
}

/** Two visitors, for verdicts without figures. */
export const meet = async (world, peer) =>
  findConstants([await round(world, peer, false), await round(world, peer, false)])

const middle = (all, read) => median(all.map(read))

const rounded = (number, digits = 1) => Number(Math.max(0, number).toFixed(digits))

/** Each figure is the median of several new visitors, minus the cost of watching. */
const figuresOf = (all, nothing) => {
  const less = (read) => middle(all, read) - middle(nothing, read)
  return {
    wire: middle(all, ({ wire }) => wire),
    loadTime: rounded(less(({ atLoad }) => atLoad.script)),
    loadRequests: middle(all, ({ atLoad }) => atLoad.requests),
    loadBytes: middle(all, ({ atLoad }) => atLoad.bytes),
    eventTime: rounded(
      less(({ perEvent }) => perEvent.script),
      2,
    ),
    eventRequests: middle(all, ({ perEvent }) => perEvent.requests),
    eventBytes: middle(all, ({ perEvent }) => perEvent.bytes),
    delay: rounded(middle(all, ({ delay }) => delay)),
  }
}

/**
 * Measures the peers in turn, round by round, since a machine's pace changes within minutes; one at a time, since two
 * cores have no room for two. Resolves to the figures of each peer, or the reason why its set-up failed.
 */
export const measureAll = async (world, peers) => {
  const runs = [NOTHING, ...peers].map((peer) => ({ peer, all: [], error: undefined }))
  for (let count = 0; count < ROUNDS; count += 1)
    for (const run of runs)
      if (!run.error)
        await round(world, run.peer).then(
          (result) => run.all.push(result),
          (error) => (run.error = error),
        )
  const [nothing, ...measured] = runs
  if (nothing.error) throw nothing.error
  return measured.map(({ all, error }) => {
    if (error) return { error }
    try {
      return { constants: findConstants(all), figures: figuresOf(all, nothing.all) }
    } catch (cause) {
      return { error: cause }
    }
  })
}
