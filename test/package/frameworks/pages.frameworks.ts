import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { chromium, type Browser } from 'playwright'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { orEnded, startChild } from '../../../e2e/support/child'
import { findEngines } from '../../../e2e/support/engines.mjs'
import { freePort, startEndpoint } from '../../../e2e/support/host'
import { startSite } from '../../../e2e/support/site'
import { install } from './install'
import { environmentOf, run } from './run'

const open: { browser?: Browser } = {}
beforeAll(async () => {
  open.browser = await chromium.launch(findEngines().find(({ name }) => name === 'chromium')?.launchOptions)
})
afterAll(async () => {
  await open.browser?.close()
})

const LANDING = '/?utm_source=framework&utm_campaign=spring'

/** A real endpoint for the duration of the test. */
const begin = async () => {
  const endpoint = await startEndpoint()
  onTestFinished(endpoint.close)
  return endpoint
}

/** Starts a project's own server, and waits until it reports that it is ready. */
const serve = async (project: string, [command = '', ...args]: readonly string[], endpoint: string) => {
  const port = String(await freePort())
  const { stdout, ended, stop } = startChild(`node_modules/.bin/${command}`, [...args, '--port', port], {
    cwd: project,
    env: environmentOf(endpoint),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(stop)
  let said = ''
  while (!/Ready in|Local: +http/.test(said.replace(/- Local:/, '')))
    said += String(await orEnded(once(stdout as Readable, 'data'), ended))
  return `http://localhost:${port}`
}

/** Lands, waits for the sign-up, and presses the button. Returns what arrived, and the page's complaints. */
const visit = async (url: string, endpoint: Awaited<ReturnType<typeof startEndpoint>>) => {
  const context = await open.browser?.newContext()
  // Next compiles a page when it is first requested: a busy machine is slow, and the test has a limit of its own.
  context?.setDefaultTimeout(0)
  const page = await context?.newPage()
  const complaints: string[] = []
  page?.on('pageerror', ({ message }) => complaints.push(message))
  page?.on('console', (message) => {
    if (/error|warning/.test(message.type())) complaints.push(message.text())
  })
  await page?.goto(url + LANDING)
  await endpoint.holds(1)
  await page?.getByRole('button', { name: 'End' }).click()
  const events = await endpoint.holds(2)
  const effects = await page?.evaluate(() => Reflect.get(window, 'effects') as number)
  await context?.close()
  return { events, complaints, effects, requests: endpoint.arrivals.length }
}

/** Expects one sign-up, with its campaign, by one request, for any number of effects. */
const expectOnce = ({ events, complaints, effects, requests }: Awaited<ReturnType<typeof visit>>, runs: number) => {
  expect(complaints).toEqual([])
  expect(effects).toBe(runs)
  expect(requests).toBe(2)
  expect(events.map(({ body }) => [body.interactionId, body.utmParameters])).toEqual([
    ['order-1', { utmSource: 'framework', utmCampaign: 'spring' }],
    ['end', undefined],
  ])
}

test('a plain import map', async () => {
  const project = await install('import-map')
  const endpoint = await begin()
  const site = await startSite()
  onTestFinished(site.close)
  const html = readFileSync(`${project}/index.html`, 'utf8').replace('%ENDPOINT%', endpoint.url)
  const module = readFileSync(`${project}/node_modules/wasabi-utm/dist/index.js`, 'utf8')
  site.put('/', { html })
  site.put('/node_modules/wasabi-utm/dist/index.js', { html: module, headers: { 'content-type': 'text/javascript' } })
  expectOnce(await visit(site.url(''), endpoint), 1)
})

/** Strict React runs an effect twice in development. */
const PROJECTS = [
  { name: 'vite-react', build: ['vite', 'build'], built: ['vite', 'preview'], developed: ['vite'], runs: 2 },
  { name: 'sveltekit', build: ['vite', 'build'], built: ['vite', 'preview'], developed: ['vite'], runs: 1 },
  { name: 'next', build: ['next', 'build'], built: ['next', 'start'], developed: ['next', 'dev'], runs: 2 },
] as const

test.each(PROJECTS)('$name, as it is built and as it is developed', async ({ name, build, built, developed, runs }) => {
  const project = await install(name)
  const modes = [
    { args: built, times: 1 },
    { args: developed, times: runs },
  ]
  for (const { args, times } of modes) {
    const endpoint = await begin()
    if (args === built) await run(project, ['npx', ...build], endpoint.url)
    const server = await serve(project, args, endpoint.url)
    expectOnce(await visit(server, endpoint), times)
    if (name === 'next') {
      // The project's middleware runs the server entry on the edge runtime.
      const landing = await fetch(server + LANDING)
      expect(landing.headers.get('set-cookie')).toMatch(
        /^wasabi_utm=utm_source=framework&utm_campaign=spring; Path=\/;/,
      )
    }
  }
})
