import type { FastifyInstance } from 'fastify'
import type { Lag } from '../store/forward'
import { allowOnly } from './answer'

/** Milliseconds for which an answer is valid, since anybody may ask, and each check is a commit. */
const freshFor = 1000

/** The sources of the answer. */
export type Health = {
  /** Rejects when no event can be committed. */
  readonly check: () => Promise<void>
  readonly lags: () => Promise<readonly Lag[]>
}

/** The largest lag in events and in seconds. It has no address: anybody may ask, and a path may contain a secret. */
const worstOf = (lags: readonly Lag[]) => ({
  events: Math.max(...lags.map(({ events }) => events)),
  seconds: Math.max(...lags.map(({ seconds }) => seconds)),
})

/** The answer when an event can be committed. A receiver that is behind does not make the endpoint less ready. */
const readyAnswer = async ({ check, lags }: Health) => {
  await check()
  const known = await lags()
  return { status: 'ready', ...(known.length > 0 && { forwarding: worstOf(known) }) }
}

type Answer = Awaited<ReturnType<typeof readyAnswer>>

const createReadiness = (health: Health): (() => Promise<Answer | undefined>) => {
  let asked = -Infinity
  let asking = false
  let known: Promise<Answer | undefined> = Promise.resolve(undefined)

  return () => {
    // One at a time: a commit that waits for a standby takes long, and many of them would take all connections.
    if (!asking && performance.now() - asked > freshFor) {
      asked = performance.now()
      asking = true
      known = readyAnswer(health)
        .catch(() => undefined)
        .finally(() => {
          asking = false
        })
    }
    return known
  }
}

/** Answers whether the process lives, whether it could commit an event now, and how far forwarding is behind. */
export const addHealth = (app: FastifyInstance, health: Health): void => {
  const readiness = createReadiness(health)
  app.get('/health/live', () => ({ status: 'live' }))
  app.get('/health/ready', async (_, reply) => {
    const answer = await readiness()
    return reply.code(answer ? 200 : 503).send(answer ?? { status: 'not ready' })
  })
  for (const path of ['/health/live', '/health/ready']) allowOnly(app, path, ['GET', 'HEAD'])
}
