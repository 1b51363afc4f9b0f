import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { administrate, prepareServer } from './support/postgres'
import { root } from './support/process'
import { action, serve } from './support/server'

const README = readFileSync('src/endpoint/README.md', 'utf8')
const SHOP = readFileSync('README.md', 'utf8')

const linesOf = (readme: string) =>
  [...readme.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, block = '']) =>
    block
      .replaceAll(/\|\n\s*/g, '| ')
      .trim()
      .split('\n'),
  )

/** Commands that other tests and benchmarks run, or that were needed to start these tests. */
const ELSEWHERE = [
  /^npm ci$/,
  /^npm run (?:bench:endpoint|bench:growth|faults:endpoint|faults:cluster)\b/,
  // test/endpoint/away.test.ts and endpoint.faults.ts copy a primary and list several hosts.
  /^pg_basebackup /,
  /@primary,standby1,standby2\//,
]

const seen = new Set<string>()

/** The only command of the two pages that matches. It counts as run. */
const command = (pattern: RegExp): string => {
  const found = new Set([...linesOf(README), ...linesOf(SHOP)].filter((line) => pattern.test(line)))
  const [line = ''] = found
  expect(found.size, `a command like ${String(pattern)}: ${[...found].join('\n')}`).toBe(1)
  seen.add(line)
  return line
}

/** A folder like the project's, with the parts that the commands need, and data of its own. */
const freshPlace = () => {
  const folder = mkdtempSync(join(tmpdir(), 'wasabi-readme-'))
  onTestFinished(() => {
    rmSync(folder, { recursive: true })
  })
  return folder
}

/** Runs a command in a shell, in the project's folder, as in the README except for names of hosts and files. */
const start = (line: string, env: Readonly<Record<string, string>>) => {
  const options = { cwd: root, env: { ...process.env, ...env }, detached: true }
  const child = spawn('sh', ['-c', line], options)
  const closed = once(child, 'close')
  const end = async () => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, 'SIGTERM')
    await closed
  }
  onTestFinished(end)
  return { child, end }
}

const run = async (line: string, env: Readonly<Record<string, string>> = {}) => {
  const { child } = start(line, env)
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  expect(child.exitCode, `${line}\n${output}${errors}`).toBe(0)
  return output
}

/** Runs the endpoint by its command, on a free port; resolves to its origin. */
const startEndpoint = async (line: string, env: Readonly<Record<string, string>>) => {
  const { child, end } = start(line, { PORT: '0', ...env })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  await expect.poll(() => output).toMatch(/http:\/\/\S+\/customer-actions/)
  const origin = /(http:\/\/\S+)\/customer-actions/.exec(output)?.[1] ?? ''
  return { origin, host: new URL(origin).host, end }
}

test('the first event is stored and read, checked, forwarded, saved and restored', async () => {
  const folder = freshPlace()
  const inFolder = (line: string) =>
    line.replaceAll(/\b(events\.ndjson|for-import\.ndjson|headers\.txt|new\.sqlite)\b/g, `${folder}/$1`)
  const env = { DATA_FILE: `${folder}/wasabi.sqlite` }
  const { origin, host } = await startEndpoint(command(/^npm run endpoint$/), env)

  expect(await run(command(/^curl .* -d /).replaceAll('localhost:4174', host))).toMatch(/^HTTP\/1.1 201 /)
  expect(await run(command(/^curl \S+$/).replace('localhost:4174', host))).toContain('"interactionId":"1"')
  const campaign = { interactionId: '2', utmParameters: { utmCampaign: 'spring_sale' } }
  await fetch(`${origin}/customer-actions`, { method: 'POST', body: action(campaign) })
  expect(await run(command(/^curl .*uniq/).replace('localhost:4174', host))).toMatch(
    /^ *1 "utmCampaign":"spring_sale"\n$/,
  )
  const endpoint = `${origin}/customer-actions`
  await run(command(/^npm run check/).replace('https://collect.example.com/customer-actions', endpoint), {
    RATE_LIMIT: '0',
  })

  const received: (string | undefined)[] = []
  const receiver = await serve((request, response) => {
    received.push(request.headers.authorization)
    response.end()
  })
  writeFileSync(`${folder}/headers.txt`, 'Authorization: Bearer secret\n')
  const forward = inFolder(command(/forward --to/)).replace('https://import.example/events', receiver)
  const { end } = start(forward, env)
  await expect.poll(() => received.length).toBeGreaterThan(1)
  await end()
  expect(new Set(received)).toEqual(new Set(['Bearer secret']))

  await run(inFolder(command(/forward --file/)), env)
  expect(readFileSync(`${folder}/for-import.ndjson`, 'utf8').split('\n')[0]).toMatch(
    /^\{"eventType":.*"interactionId":"1"/,
  )

  await run(inFolder(command(/-- export >/)), env)
  const restore = /`(DATA_FILE=new\.sqlite [^`]+)`/.exec(README)?.[1] ?? ''
  await run(inFolder(restore))
  await run(inFolder(command(/^npm .* import </)), env)
  const restored = await startEndpoint('npm run endpoint', { DATA_FILE: `${folder}/new.sqlite` })
  expect(await (await fetch(`${restored.origin}/customer-actions`)).text()).toContain('"interactionId":"1"')
})

test('a backup is put in place of the data file', async () => {
  const folder = freshPlace()
  const env = { DATA_FILE: `${folder}/wasabi.sqlite` }
  const first = await startEndpoint('npm run endpoint', env)
  await fetch(`${first.origin}/customer-actions`, { method: 'POST', body: action() })
  // A stopped endpoint leaves one complete file.
  await first.end()
  renameSync(env.DATA_FILE, `${folder}/copy.sqlite`)
  await run(command(/^npm .* restore /).replace('copy.sqlite', `${folder}/copy.sqlite`), env)
  const restored = await startEndpoint('npm run endpoint', env)
  expect(await (await fetch(`${restored.origin}/customer-actions`)).text()).toContain('"interactionId":"i-1"')
})

test('the data of the service is saved and restored by root', async () => {
  const folder = freshPlace()
  const data = `${folder}/data`
  // As with systemd: the folder is a link, and belongs to the service's user.
  mkdirSync(`${folder}/private`)
  symlinkSync(`${folder}/private`, data)
  const isRoot = process.getuid?.() === 0
  if (isRoot) chownSync(`${folder}/private`, 61_184, 61_184)
  const here = (pattern: RegExp) =>
    command(pattern)
      .replaceAll('/var/lib/wasabi-endpoint', data)
      .replaceAll('/var/backups/', `${folder}/`)
      .replace('/opt/wasabi', root)
      // No service runs here.
      .replace(/systemctl (?:stop|start) wasabi-endpoint/, 'true')
  const place = here(/^cd \/opt\/wasabi/)
  const first = await startEndpoint('npm run endpoint', { DATA_FILE: `${data}/wasabi.sqlite` })
  await fetch(`${first.origin}/customer-actions`, { method: 'POST', body: action() })
  const save = here(/^node .* export >/)
  await run(`${place} && ${save}`)
  expect(await run(`${place} && ${here(/^node .* import </)}`)).toContain('0 events imported, 1 known already')
  await first.end()
  renameSync(`${data}/wasabi.sqlite`, `${folder}/copy.sqlite`)
  await run(`${place} && ${here(/^systemctl stop/)} && ${here(/^chown/)}`)
  const { uid, size } = statSync(`${data}/wasabi.sqlite`)
  expect([uid, size > 0]).toEqual([isRoot ? 61_184 : process.getuid?.(), true])
})

test('a file moves to PostgreSQL', async () => {
  const server = prepareServer()
  onTestFinished(() => server.remove())
  await server.start()
  const statements = [...command(/^sudo -u postgres psql/).matchAll(/-c "([^"]+)"/g)].map(([, sql = '']) => sql)
  expect(statements).toHaveLength(2)
  for (const sql of statements) await administrate(server, sql)

  const folder = freshPlace()
  writeFileSync(`${folder}/events.ndjson`, `{"receivedAt":"2026-11-23T10:00:00.000Z","event":${action()}}\n`)
  const inPostgres = (line: string) =>
    line
      .replace('localhost/wasabi', `${server.host.replace('postgres://postgres@', '')}/wasabi`)
      .replace('events.ndjson', `${folder}/events.ndjson`)
  await run(inPostgres(command(/^DATABASE_URL.* import </)))
  const moved = command(/^DATABASE_URL=\S+@localhost\/wasabi npm run endpoint$/)
  const { origin } = await startEndpoint(inPostgres(moved), {})
  expect(await (await fetch(`${origin}/customer-actions`)).text()).toContain('"interactionId":"i-1"')
})

test('each command of the page is run here, or by a test that is named', () => {
  const left = linesOf(README).filter((line) => !seen.has(line) && !ELSEWHERE.some((pattern) => pattern.test(line)))
  expect(left).toEqual([])
})
