import { randomUUID } from 'node:crypto'
import { connect, type Socket } from 'node:net'

/** The result of a load. Times are in milliseconds. */
export type Load = {
  readonly statuses: ReadonlyMap<number, number>
  /** The interaction ids that were answered with 201. */
  readonly taken: readonly string[]
  readonly seconds: number
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
}

/** The requests of a load, its end, and the data that it keeps. */
export type LoadOptions = {
  readonly connections?: number
  /**
   * The order of the ids: that of time, that of sending, as with numbers of orders, or random. An index keeps the
   * first two side by side, and each random one on a page of its own.
   * @default 'random'
   */
  readonly ids?: 'as the tracker makes them' | 'random' | 'in order'
  /** Ends the load after so many answers. */
  readonly answers: number
  /** Ends the load at once. */
  readonly signal?: AbortSignal
  /** Whether the ids are remembered: two million of them need more memory than the endpoint. */
  readonly remember?: boolean
  /** Called with each event that was stored. */
  readonly onTaken?: (count: number) => void
}

/** A different time for each event, in the order of sending: clients have their own clocks. */
const timeOf = (count: number): string => new Date(Date.UTC(2026, 10, 23) + count).toISOString()

// An event with a campaign, as a page sends it.
const bodyOf = (interactionId: string, time: string): string =>
  `{"eventType":"CUSTOMER_ACTION","eventAction":"CREATED","version":1,"body":{"interactionId":"${interactionId}","customerId":"visitor-${interactionId}","interaction":{"type":"SIGN_UP","subscriptionContractId":"12345678"},"utmParameters":{"utmSource":"123456789","utmMedium":"youtube","utmCampaign":"spring_sale","utmContent":"banner_ad","utmTerms":"cats+kitten+food"},"createdAt":"${time}","updatedAt":"${time}"}}`

const bodyLength = bodyOf(randomUUID(), timeOf(0)).length

const headOf = (host: string): string =>
  `POST /customer-actions HTTP/1.1\r\nHost: ${host}\r\nOrigin: https://shop.example\r\nContent-Type: text/plain;charset=UTF-8\r\nContent-Length: ${String(bodyLength)}\r\n\r\n`

const quantile = (sorted: Float64Array, part: number): number => sorted[Math.floor((sorted.length - 1) * part)] ?? 0

/** The status of an answer, once all of it has arrived. */
const statusIn = (received: string): number | undefined => {
  const head = received.indexOf('\r\n\r\n')
  if (head < 0) return undefined
  const length = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? 0)
  return received.length < head + 4 + length ? undefined : Number(received.slice(9, 12))
}

/** An id as the tracker makes it: UUID version 7, https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-7 */
const timeOrdered = (): string => {
  const time = Date.now().toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`
}

const makeId = {
  'as the tracker makes them': timeOrdered,
  random: () => randomUUID(),
  'in order': (prefix: string, sent: number) => prefix + String(sent).padStart(12, '0'),
} as const

/**
 * Sends new events over connections that each wait for their answer. It speaks HTTP itself, and reads without a
 * stream: a client with more features would use more of the cores that it shares with the endpoint.
 */
export const sendLoad = (url: string, options: LoadOptions): Promise<Load> => {
  const { connections = 64, ids = 'random', answers, signal, remember = true, onTaken } = options
  const { host, hostname, port } = new URL(url)
  const head = headOf(host)
  const statuses = new Map<number, number>()
  const taken: string[] = []
  const times: number[] = []
  const prefix = randomUUID().slice(0, 24)
  let sent = 0
  let answered = 0
  let stored = 0
  const began = performance.now()

  return new Promise((resolve) => {
    const sockets = new Set<Socket>()
    let finished = false
    const finish = (): void => {
      finished = true
      for (const socket of sockets) socket.destroy()
      const seconds = (performance.now() - began) / 1000
      const sorted = Float64Array.from(times).sort()
      resolve({
        statuses,
        taken,
        seconds,
        perSecond: answered / seconds,
        p50: quantile(sorted, 0.5),
        p99: quantile(sorted, 0.99),
      })
    }

    const open = (): void => {
      let interactionId = ''
      let sentAt = 0
      let received = ''
      const buffer = Buffer.alloc(16_384)
      const send = (): void => {
        sent += 1
        interactionId = makeId[ids](prefix, sent)
        sentAt = performance.now()
        socket.write(head + bodyOf(interactionId, timeOf(sent)), 'latin1')
      }
      const onAnswer = (status: number): void => {
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
        answered += 1
        if (remember || answered % 16 === 0) times.push(performance.now() - sentAt)
        if (status !== 201) return
        stored += 1
        if (remember) taken.push(interactionId)
        onTaken?.(stored)
      }
      const read = (size: number): boolean => {
        received += buffer.toString('latin1', 0, size)
        const status = statusIn(received)
        if (status === undefined) return true
        received = ''
        onAnswer(status)
        if (finished) return true
        if (answered >= answers) finish()
        else send()
        return true
      }
      const socket = connect({ port: Number(port), host: hostname, noDelay: true, onread: { buffer, callback: read } })
      sockets.add(socket)
      socket.on('connect', send)
      // Requests that were under way have no answer. The next connection sends new ones.
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        if (!finished) setTimeout(open, 20)
      })
    }
    signal?.addEventListener('abort', finish)
    for (let index = 0; index < connections; index += 1) open()
  })
}
