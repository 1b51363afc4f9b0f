// `npm run simulate -- 1000000` runs so many lives, on all cores. `npm run simulate -- --faults` counts the lives until
// each of the seeded faults is found. `--from 5000` begins with another seed, `--cores 1` leaves the other cores free.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { buildIfOld } from '../../../src/build.mjs'
import { buildLives, buildScript, readBuilt } from './build.mjs'
import { LIVES_IN_TEST } from './lives-in-test.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    faults: { type: 'boolean' },
    from: { type: 'string', default: '0' },
    cores: { type: 'string', default: String(availableParallelism()) },
  },
})
const cores = Number(values.cores)

/** The number of failed seeds whose story is shown. */
const MAX_STORIES = 3

// Beside the installed packages, where Node finds the imports of the lives.
const folder = resolve(`test-results/simulation-${process.pid}`)
mkdirSync(folder, { recursive: true })
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const lives = `${folder}/lives.mjs`
buildIfOld()
writeFileSync(lives, await buildLives())

const workers = new Set()

const startWorker = (data, onLife) =>
  new Promise((done, fail) => {
    const worker = new Worker(new URL('worker.mjs', import.meta.url), {
      workerData: { lives: pathToFileURL(lives).href, ...data },
      // A life leaves little memory behind: a tenth more lives a second than with the usual 16 MB.
      resourceLimits: { maxYoungGenerationSizeMb: 64 },
    })
    workers.add(worker)
    worker.on('message', onLife)
    worker.on('error', fail)
    worker.on('exit', done)
  })

const showProgress = (done, all, since) => {
  if (!process.stderr.isTTY) return
  const width = 40
  const full = Math.round((width * done) / all)
  const pace = Math.round((1000 * done) / (Date.now() - since))
  process.stderr.write(`\r${'█'.repeat(full)}${'░'.repeat(width - full)} ${done} of ${all}, ${pace} a second `)
}

/** Ctrl+C, or the end of a session: the lives until then count. */
const stop = () => {
  for (const worker of workers) void worker.terminate()
}

const simulate = async (count) => {
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop)
  const since = Date.now()
  const from = Number(values.from)
  const failed = []
  let [done, actions] = [0, 0]
  const onLife = (life) => {
    done++
    actions += life.actions
    if (done % 100 === 0) showProgress(done, count, since)
    if (!life.faults.length) return
    failed.push(life.seed)
    if (failed.length <= MAX_STORIES)
      console.log(`\nseed ${life.seed}: ${life.faults.join('; ')}\n${life.story.join('\n')}\n`)
  }
  const data = { built: readBuilt(), end: from + count, step: cores }
  await Promise.all(Array.from({ length: cores }, (_, core) => startWorker({ ...data, from: from + core }, onLife)))
  const seconds = ((Date.now() - since) / 1000).toFixed(0)
  console.log(`\n${done} lives from seed ${from}, ${actions} actions, ${seconds} s: ${failed.length} broke a promise`)
  if (failed.length) console.log(`seeds ${failed.join(' ')}`)
  if (done < count) console.log(`stopped before its end: ${count} lives were asked for`)
  return failed.length === 0 && done === count
}

/** Counts the lives until a fault is found, and reports what it broke. Returns nothing if it is not found. */
const find = async (script) => {
  let found
  const onLife = ({ seed, faults }) => {
    if (faults.length) found = { lives: seed + 1, what: faults[0] }
  }
  const built = { ...readBuilt(), script }
  await startWorker({ built, from: 0, end: LIVES_IN_TEST, step: 1, untilFound: true }, onLife)
  return found
}

const findFaults = async () => {
  const { SEEDED_FAULTS } = await import(pathToFileURL(lives).href)
  if (await find(await buildScript())) throw new Error('the script without a fault breaks a promise')
  const waiting = [...SEEDED_FAULTS]
  let hidden = 0
  const work = async () => {
    for (let fault = waiting.shift(); fault; fault = waiting.shift()) {
      const found = await find(await buildScript(fault))
      if (!found) hidden++
      const lives = found ? `${found.lives}`.padStart(5) : 'never'
      console.log(`${lives}  ${fault.name}${found ? ` (${found.what.slice(0, 90)})` : ''}`)
    }
  }
  await Promise.all(Array.from({ length: cores }, work))
  console.log(`${SEEDED_FAULTS.length - hidden} of ${SEEDED_FAULTS.length} found within ${LIVES_IN_TEST} lives`)
  return hidden === 0
}

const isGood = values.faults ? await findFaults() : await simulate(Number(positionals[0] ?? LIVES_IN_TEST))
process.exitCode = isGood ? 0 : 1
