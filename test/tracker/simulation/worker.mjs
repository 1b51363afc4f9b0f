// Lives every nth life from the first one on, until it is stopped or all have been lived.
import { parentPort, workerData } from 'node:worker_threads'

const { lives, built, from, end, step, untilFound } = workerData
const { live } = await import(lives)

process.on('unhandledRejection', (error) => {
  throw error
})

for (let seed = from; seed < end; seed += step) {
  const { faults, story, actions } = await live(built, seed)
  parentPort.postMessage({ seed, faults, actions, story: faults.length ? story : [] })
  if (faults.length && untilFound) break
}
