import type { FastifyInstance } from 'fastify'
import { allowOnly } from './answer'

/** Milliseconds for which an answer holds, since anybody may ask, and each question is a commit. */
const freshFor = 1000

const createReadiness = (check: () => Promise<void>): (() => Promise<boolean>) => {
  let asked = -Infinity
  let asking = false
  let known: Promise<boolean> = Promise.resolve(false)

  return () => {
    // One at a time: a commit that waits for a standby takes long, and many of them would take all connections.
    if (!asking && performance.now() - asked > freshFor) {
      asked = performance.now()
      asking = true
      known = check()
        .then(
          () => true,
          () => false,
        )
        .finally(() => {
          asking = false
        })
    }
    return known
  }
}

/** Answers whether the process lives, and whether it could commit an event now. */
export const addHealth = (app: FastifyInstance, check: () => Promise<void>): void => {
  const isReady = createReadiness(check)
  app.get('/health/live', () => ({ status: 'live' }))
  app.get('/health/ready', async (_, reply) => {
    const ready = await isReady()
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready' })
  })
  for (const path of ['/health/live', '/health/ready']) allowOnly(app, path, ['GET', 'HEAD'])
}
