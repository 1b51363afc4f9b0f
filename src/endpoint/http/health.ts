import type { ServerResponse } from 'node:http'
import { answerJson } from './answer'

/** Milliseconds for which an answer holds, since anybody may ask, and each question is a commit. */
const freshFor = 1000

/** Answers whether the process lives, and whether it could commit an event now. */
export const createHealth = (check: () => Promise<void>) => {
  let asked = -Infinity
  let asking = false
  let known: Promise<boolean> = Promise.resolve(false)

  const isReady = (): Promise<boolean> => {
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

  return {
    live: (response: ServerResponse): void => {
      answerJson(response, 200, '{"status":"live"}')
    },
    ready: async (response: ServerResponse): Promise<void> => {
      const ready = await isReady()
      answerJson(response, ready ? 200 : 503, `{"status":"${ready ? 'ready' : 'not ready'}"}`)
    },
  }
}
