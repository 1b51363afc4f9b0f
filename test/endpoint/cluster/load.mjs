// Events with known ids, sent again until they are acknowledged, and a reader that follows by cursor.
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'

const perSecond = 50
/** Milliseconds. The endpoint waits 15 s for its database. */
const patience = 20_000

const bodyOf = (id) => {
  const now = new Date().toISOString()
  const body = {
    interactionId: id,
    customerId: `visitor-${id}`,
    interaction: { type: 'SIGN_UP' },
    createdAt: now,
    updatedAt: now,
  }
  return JSON.stringify({ eventType: 'CUSTOMER_ACTION', eventAction: 'CREATED', version: 1, body })
}

const statusOf = (url, body) =>
  fetch(url, { method: 'POST', body, signal: AbortSignal.timeout(patience) }).then(
    async (response) => {
      await response.arrayBuffer()
      return response.status
    },
    () => 0,
  )

/** Sends to the endpoints in turn, as a balancer does. An event without an acknowledgement is sent to the next one. */
export const startLoad = (urls) => {
  const acknowledged = new Set()
  const answers = []
  const open = new Set()
  let sending = true
  let next = 0

  const deliver = async (id) => {
    const body = bodyOf(id)
    for (let turn = next++; ; turn += 1) {
      const status = await statusOf(urls[turn % urls.length], body)
      answers.push({ at: performance.now(), status })
      if (status === 200 || status === 201) return acknowledged.add(id)
      // The tracker waits too.
      await delay(500)
    }
  }
  const run = async () => {
    while (sending) {
      const sent = deliver(randomUUID()).finally(() => open.delete(sent))
      open.add(sent)
      await delay(1000 / perSecond)
    }
    await Promise.all(open)
  }
  const running = run()
  return {
    acknowledged,
    answers,
    /** Sends no more, and resolves when everything that was sent is acknowledged. */
    end: () => {
      sending = false
      return running
    },
  }
}

/**
 * Summarises the answers of a period: seconds with a 503, seconds without any answer, and the longest time without an
 * acknowledgement.
 */
export const summarise = (answers, from, until) => {
  const during = answers.filter(({ at }) => at >= from && at <= until)
  const secondsOf = (status) =>
    new Set(during.filter((answer) => answer.status === status).map(({ at }) => Math.floor((at - from) / 1000))).size
  const good = [from, ...during.filter(({ status }) => status === 200 || status === 201).map(({ at }) => at), until]
  const gaps = good.slice(1).map((at, index) => at - good[index])
  return { unavailable: secondsOf(503), silent: secondsOf(0), gap: Math.max(...gaps) / 1000 }
}

const idOf = ({ event }) => event.body.interactionId

/** Reads all the time, from one endpoint after the other, with the last cursor that it has seen. */
export const startReader = (urls, token) => {
  const seen = []
  let after = '0'
  let reading = true
  let empty = 0
  const readPage = async (turn) => {
    const url = `${urls[turn % urls.length]}?limit=500&after=${after}`
    const headers = { Authorization: `Bearer ${token}` }
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(patience) })
    if (!response.ok) return
    const { events } = await response.json()
    seen.push(...events.map(idOf))
    after = events.at(-1)?.cursor ?? after
    empty = events.length === 0 ? empty + 1 : 0
  }
  const run = async () => {
    for (let turn = 0; reading || empty < 4; turn += 1) {
      await readPage(turn).catch(() => undefined)
      await delay(100)
    }
  }
  const running = run()
  return {
    seen,
    /** Reads on until no more events arrive. */
    end: () => {
      reading = false
      empty = 0
      return running
    },
  }
}
