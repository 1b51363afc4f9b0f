// `npm run bench`: the cost of wasabi for the page, each figure beside that of a bare equivalent in the same page and
// run. Reported, never asserted: machines differ.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { cpus } from 'node:os'
import { chromium } from 'playwright'
import ts from 'typescript'
import { findEngines } from '../../e2e/support/engines.mjs'

const ROUNDS = 60

/** The pause between two requests of a browser that catches up, in milliseconds, as in `outbox.ts`. */
const PACE = 250

/** Medians of 60 calls differ by a tenth from run to run, medians of so many by a twentieth. */
const CALLS = 300

const script = readFileSync('dist/wasabi.js')
const arrivals = new Map()

// Isolated from other origins, a page may read its clock to 5 µs instead of 100 (High Resolution Time, 2.3).
const ISOLATED = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' }

const listen = async (listener) => {
  const server = createServer(listener)
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, port: server.address().port }
}

const endpoint = await listen(async (request, response) => {
  const at = performance.timeOrigin + performance.now()
  let body = ''
  for await (const chunk of request) body += chunk
  const id = /"interactionId":"([^"]+)"/.exec(body)?.[1]
  if (id) arrivals.set(id, at)
  response.writeHead(201, { 'access-control-allow-origin': '*' }).end()
})

const site = await listen((request, response) => {
  if (request.url === '/wasabi.js') response.writeHead(200, { 'content-type': 'text/javascript' }).end(script)
  else
    response
      .writeHead(200, { 'content-type': 'text/html', ...ISOLATED })
      .end('<!doctype html><title>Bench</title><link rel="icon" href="data:,">')
})

const ENDPOINT = `http://127.0.0.1:${endpoint.port}/customer-actions`
const SITE = `http://localhost:${site.port}`

const sorted = (values) => [...values].sort((one, other) => one - other)
const quantile = (values, q) => sorted(values)[Math.floor((values.length - 1) * q)]
const show = (values) =>
  `${quantile(values, 0.5).toFixed(2)} ms (${quantile(values, 0.25).toFixed(2)}–${quantile(values, 0.75).toFixed(2)}, n=${values.length})`
const ratio = (ours, bare) => `${(quantile(ours, 0.5) / quantile(bare, 0.5)).toFixed(2)} times`

const { path } = findEngines().find(({ name }) => name === 'chromium')
const browser = await chromium.launch({ executablePath: path })
const open = async (context, url) => {
  const page = await context.newPage()
  await page.goto(url)
  return page
}

/** The script's own work, as a classic script that is parsed, compiled and run when it is inserted. */
const start = (page) =>
  page.evaluate(async (url) => {
    const source = await (await fetch('/wasabi.js')).text()
    const tag = Object.assign(document.createElement('script'), { textContent: source })
    tag.dataset.endpoint = url
    const before = performance.now()
    document.head.append(tag)
    return performance.now() - before
  }, ENDPOINT)

const context = await browser.newContext()
const page = await open(
  context,
  `${SITE}/?utm_source=bench&utm_medium=cpc&utm_campaign=spring&utm_content=a&utm_term=b`,
)
await start(page)

const calls = await page.evaluate(
  async ([url, rounds]) => {
    const body = (id) =>
      JSON.stringify({
        eventType: 'CUSTOMER_ACTION',
        eventAction: 'CREATED',
        version: 1,
        body: { interactionId: id, filler: 'x'.repeat(340) },
      })
    const settled = () => new Promise((resolve) => setTimeout(resolve, 20))
    const results = { bare: [], track: [] }
    const measure = async (kind, id, act) => {
      const before = performance.now()
      act()
      results[kind].push({ id, cost: performance.now() - before, at: performance.timeOrigin + before })
      await settled()
    }
    for (let round = 0; round < rounds + 5; round++) {
      // Few visitors do more than twenty things before they log out: a call with a full journal is not typical.
      if (round % 20 === 0) window.wasabi.reset()
      const bare = body(`bare-${round}`)
      await measure('bare', `bare-${round}`, () =>
        fetch(url, { method: 'POST', body: bare, keepalive: true, credentials: 'omit' }),
      )
      await measure('track', `track-${round}`, () =>
        window.wasabi.track('SIGN_UP', { interactionId: `track-${round}` }),
      )
    }
    // The first rounds warm the connection and the compiler.
    return { bare: results.bare.slice(5), track: results.track.slice(5) }
  },
  [ENDPOINT, CALLS],
)

const costs = (kind) => calls[kind].map(({ cost }) => cost)
const delays = (kind) => calls[kind].map(({ id, at }) => arrivals.get(id) - at)

/** Reads a landing a thousand times, beside the code of a page that reads its parameters by hand. */
const parsing = async () => {
  const { outputText } = ts.transpileModule(readFileSync('src/tracker/campaign.ts', 'utf8'), {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
  })
  const { readCampaign } = await import(`data:text/javascript,${encodeURIComponent(outputText)}`)
  const url =
    'https://shop.example/?utm_source=news&utm_medium=email&utm_campaign=spring+sale&utm_content=b&utm_term=cats+food&id=7'
  const NAMES = ['utm_source', 'utm_medium', 'utm_campaign', 'utm_content', 'utm_term']
  const byHand = () => {
    const query = new URL(url).searchParams
    return NAMES.map((name) => query.get(name))
  }
  const time = (read) => {
    const before = performance.now()
    for (let count = 0; count < 1000; count++) read()
    return performance.now() - before
  }
  const results = { campaign: [], byHand: [] }
  for (let round = 0; round < ROUNDS + 5; round++) {
    results.byHand.push(time(byHand))
    results.campaign.push(time(() => readCampaign(url)))
  }
  return { campaign: results.campaign.slice(5), byHand: results.byHand.slice(5) }
}

/** Stores events that an earlier page could not deliver. */
const fill = (page, stored, prefix = 'i') =>
  page.evaluate(
    ([count, name]) => {
      const time = new Date().toISOString()
      for (let index = 0; index < count; index++) {
        const body = {
          interactionId: `${name}${index}`,
          customerId: 'c',
          interaction: { type: 'SIGN_UP' },
          createdAt: time,
          updatedAt: time,
          filler: 'x'.repeat(300),
        }
        localStorage.setItem(
          `wasabi.C.${name}${index}`,
          JSON.stringify({ eventType: 'CUSTOMER_ACTION', eventAction: 'CREATED', version: 1, body }),
        )
      }
    },
    [stored, prefix],
  )

/** The time between the first and the last arrival of these at the endpoint. */
const spanOf = async (prefix, count) => {
  const times = () => [...arrivals].filter(([id]) => id.startsWith(prefix)).map(([, at]) => at)
  while (times().length < count) await new Promise((resolve) => setTimeout(resolve, 50))
  return Math.max(...times()) - Math.min(...times())
}

/** Sends the events that are left over, without the pace that spares the endpoint, beside as many requests in turn. */
const flushes = async (count) => {
  const results = { flush: [], bare: [] }
  for (let round = 0; round < 5; round++) {
    const fresh = await browser.newContext()
    const page = await open(fresh, `${SITE}/`)
    await fill(page, count, `flush${round}-`)
    await page.evaluate((pace) => {
      const real = setTimeout
      // The other timers stay unchanged: one of them ends a request that has no answer after half a minute.
      window.setTimeout = (run, delay) => real(run, delay === pace ? 0 : delay)
    }, PACE)
    await start(page)
    results.flush.push(await spanOf(`flush${round}-`, count))
    await page.evaluate(
      async ([url, number, name]) => {
        for (let index = 0; index < number; index++) {
          const body = JSON.stringify({ body: { interactionId: `${name}${index}`, filler: 'x'.repeat(420) } })
          await fetch(url, { method: 'POST', body, credentials: 'omit' })
        }
      },
      [ENDPOINT, count, `turn${round}-`],
    )
    results.bare.push(await spanOf(`turn${round}-`, count))
    await fresh.close()
  }
  return results
}

const starts = async (stored) => {
  const results = []
  for (let round = 0; round < 30; round++) {
    const fresh = await browser.newContext()
    const page = await open(fresh, `${SITE}/`)
    await fill(page, stored)
    results.push(await start(page))
    await fresh.close()
  }
  return results
}

const megabyte = async (tail) => {
  const results = []
  for (let round = 0; round < 10; round++) {
    const fresh = await browser.newContext()
    const page = await open(fresh, `${SITE}/`)
    await page.evaluate((text) => {
      history.replaceState(null, '', text)
    }, tail)
    results.push(await start(page))
    await fresh.close()
  }
  return results
}

console.log(`Chromium ${browser.version()}, Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model}`)
console.log(`\ntrack() on the main thread     ${show(costs('track'))}`)
console.log(`a bare fetch with keepalive    ${show(costs('bare'))}`)
console.log(`→ ${ratio(costs('track'), costs('bare'))} (bar: 2)`)
console.log(`\nfrom track() to the server     ${show(delays('track'))}`)
console.log(`from a bare fetch              ${show(delays('bare'))}`)
console.log(`→ ${ratio(delays('track'), delays('bare'))} (bar: 1.25)`)

const { campaign, byHand } = await parsing()
console.log(`\na campaign read 1,000 times    ${show(campaign)}`)
console.log(`five searchParams.get          ${show(byHand)}`)
console.log(`→ ${ratio(campaign, byHand)}`)

const { flush, bare } = await flushes(500)
console.log(`\n500 left over, without pace    ${show(flush)}`)
console.log(`500 fetches, one after another ${show(bare)}`)
console.log(`→ ${ratio(flush, bare)}`)

const empty = await starts(0)
const full = await starts(500)
console.log(`\nstart with nothing stored      ${show(empty)}`)
console.log(`start with 500 stored events   ${show(full)} → ${ratio(full, empty)}`)
for (const [what, tail] of [
  ['a 1 MB query', `/?${'utm_source=&'.repeat(87_000)}`],
  ['a 1 MB fragment', `/#/x?${'utm_source=&'.repeat(87_000)}`],
]) {
  const results = await megabyte(tail)
  console.log(`start on ${what.padEnd(21)} ${show(results)} → ${ratio(results, empty)} (bar: 50 ms)`)
}

await browser.close()
endpoint.server.close()
site.server.close()
endpoint.server.closeAllConnections()
site.server.closeAllConnections()
