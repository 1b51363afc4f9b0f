import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { BUILT } from '../../src/build.mjs'
import { createMetrics } from '../../src/endpoint/http/metrics'

const read = (name: string) => readFileSync(`src/endpoint/deploy/${name}`, 'utf8')

const { registry } = createMetrics({ queued: () => 0, streams: () => 0, lags: () => Promise.resolve([]) })

test.each(['alerts.yml', 'grafana.json'])('each series of %s is one that the endpoint has', async (file) => {
  const text = await registry.metrics()
  const series = [...read(file).matchAll(/\b(wasabi_[a-z_]+|process_[a-z_]+)\b/g)].map(([name]) => name)
  expect(series.length).toBeGreaterThan(4)
  expect(series.filter((name) => !text.includes(`${name} `) && !text.includes(`${name}{`))).toEqual([])
  const outcomes = [...read(file).matchAll(/outcome=\\?"(\w+)/g)].map(([, name = '']) => name)
  expect(outcomes.filter((name) => !text.includes(`outcome="${name}"`))).toEqual([])
})

test('each series that the README says to watch has a rule', () => {
  const readme = readFileSync('src/endpoint/README.md', 'utf8')
  const series = [...readme.matchAll(/^\| `((?:wasabi|process)_[^`]+)` \|/gm)].map(([, name = '']) => name)
  expect(series.length).toBeGreaterThan(8)
  expect(series.filter((name) => !read('alerts.yml').includes(name))).toEqual([])
})

test('the dashboard is JSON, and has a panel for each of its questions', () => {
  const { panels } = JSON.parse(read('grafana.json')) as { panels: readonly { id: number }[] }
  expect(new Set(panels.map(({ id }) => id)).size).toBe(6)
})

const has = (program: string) => spawnSync(program, ['--version']).status === 0

test('Prometheus takes the rules and the configuration', () => {
  if (!has('promtool')) {
    // Debian's package prometheus contains promtool. Without it, only the shape of the rules is checked.
    expect(read('alerts.yml').match(/^ {6}- alert: \w+\n {8}expr: \S/gm)).toHaveLength(10)
    return
  }
  expect(
    execFileSync('promtool', ['check', 'rules', 'src/endpoint/deploy/alerts.yml'], { encoding: 'utf8' }),
  ).toContain('SUCCESS: 10 rules found')
  execFileSync('promtool', ['check', 'config', 'src/endpoint/deploy/prometheus.yml'])
})

/** One line of a sample: https://prometheus.io/docs/instrumenting/exposition_formats */
const sample = /^([a-z_:][a-z0-9_:]*?)(_bucket|_sum|_count)?(\{(?:[a-z_]+="(?:[^"\\\n]|\\[\\"n])*",?)*\})? (\S+)$/

test('Prometheus reads the metrics, whatever a receiver is called', async () => {
  const target = 'https://import.example/events?a="b"\\c'
  const lags = () => Promise.resolve([{ target, events: 1, seconds: 2.5, setAside: 0 }])
  const metrics = createMetrics({ queued: () => 0, streams: () => 0, lags })
  metrics.commit(0.002)
  const text = await metrics.registry.metrics()
  const lines = text.trim().split('\n')
  const typed = new Map(
    lines.flatMap((line) => (/^# TYPE (\S+) (\S+)$/.exec(line) ?? []).slice(1, 2).map((n) => [n, line])),
  )
  const samples = lines.filter((line) => line !== '' && !line.startsWith('#'))
  for (const line of samples) {
    const [, name = '', , , value] = sample.exec(line) ?? []
    expect(typed.get(name), line).toBeDefined()
    expect(Number(value), line).not.toBeNaN()
    if (typed.get(name)?.endsWith(' counter')) expect(name).toMatch(/_total$/)
    expect(text).toMatch(new RegExp(`^# HELP ${name} \\S`, 'm'))
  }
  expect(new Set(samples.map((line) => line.replace(/ \S+$/, ''))).size).toBe(samples.length)
  // It exits with an error if it cannot read a metric, or would name it differently.
  if (has('promtool')) execFileSync('promtool', ['check', 'metrics'], { input: text })
})

test('each file that the README links to is in the package', () => {
  // Without its script, which builds: these files are in the package unchanged.
  const packing = ['pack', '-w', 'wasabi-endpoint', '--dry-run', '--ignore-scripts', '--json']
  const shell = process.platform === 'win32'
  const [pack] = JSON.parse(execFileSync('npm', packing, { encoding: 'utf8', shell })) as [
    { files: { path: string }[] },
  ]
  const packed = pack.files.map(({ path }) => path)
  const links = [...readFileSync('src/endpoint/README.md', 'utf8').matchAll(/\]\(([^)#:]+)\)/g)].map(
    ([, to = '']) => to,
  )
  expect(links.length).toBeGreaterThan(5)
  const isPacked = (link: string) =>
    packed.some((path) => path === link || path.startsWith(link.endsWith('/') ? link : `${link}/`))
  expect(links.filter((link) => !isPacked(link))).toEqual([])
})

test('the service runs a file that the build writes', () => {
  const [, file = ''] = /^ExecStart=\/usr\/bin\/node (\S+)$/m.exec(read('wasabi-endpoint.service')) ?? []
  expect(BUILT).toContain(file)
})
