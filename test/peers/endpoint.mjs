import { createServer as createHttp } from 'node:http'
import { createConnection, createServer as createTcp } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { readEvents } from './decode.mjs'
import { PATIENCE, sleep } from './wait.mjs'

/**
 * The permissions of every tracker's own endpoint: any origin, with cookies, any header. Preflights are kept for a
 * day.
 */
const cors = ({ origin = '*', 'access-control-request-headers': headers = '*' }) => ({
  'access-control-allow-origin': origin,
  'access-control-allow-credentials': 'true',
  'access-control-allow-headers': headers,
  'access-control-allow-methods': 'GET, POST, OPTIONS',
  'access-control-expose-headers': 'Retry-After',
  'access-control-max-age': '86400',
})

/** Records its arrivals, answers in the peer's protocol, and fails on demand. One for each cell, on a free port. */
export const startEndpoint = async (peer) => {
  const arrivals = []
  /**
   * Called for each request with a conversion: `(arrival, count of its attempts so far) => 'up' | 'hangs' | 'loses
   * answers' | {status, headers}`.
   */
  let weather = () => 'up'
  /** While it is set, a new connection waits for it. */
  let frozen
  const markers = new Set()
  const sockets = new Set()

  const attempts = (marker) => arrivals.filter(({ events }) => events.some(({ text }) => text.includes(marker)))
  const taken = (marker) => attempts(marker).filter((arrival) => arrival.taken)

  const handle = async (request, response) => {
    const at = performance.timeOrigin + performance.now()
    const { method, url, headers } = request
    const body = await buffer(request).catch(() => Buffer.alloc(0))
    const arrival = { at, method, url, headers, size: url.length + body.length, events: [], taken: false, script: 0 }
    if (method !== 'OPTIONS') arrival.events = readEvents({ url, type: headers['content-type'], body })
    const marker = [...markers].find((candidate) => arrival.events.some(({ text }) => text.includes(candidate)))
    const now = marker ? weather(arrival, attempts(marker).length) : 'up'
    arrivals.push(arrival)
    if (now === 'hangs') return
    if (typeof now === 'object') {
      response.writeHead(now.status, { ...cors(headers), ...now.headers }).end()
      return
    }
    arrival.taken = method !== 'OPTIONS'
    if (now === 'loses answers') {
      response.destroy()
      return
    }
    const {
      status = 200,
      type = 'application/json',
      text = '{"status":1}',
    } = (method !== 'OPTIONS' && peer.answer?.({ method, url, arrival, body })) || {}
    if (/javascript/.test(type)) arrival.script = Buffer.from(text)
    // When a kept-open connection breaks, the browser itself tries again (Chromium: HttpNetworkTransaction). Here each
    // attempt is the tracker's own.
    response
      .writeHead(method === 'OPTIONS' ? 204 : status, { ...cors(headers), 'content-type': type, connection: 'close' })
      .end(method === 'OPTIONS' ? undefined : text)
  }

  const http = createHttp((request, response) => void handle(request, response))

  await new Promise((resolve) => http.listen(0, '127.0.0.1', resolve))

  const pass = (socket, early) => {
    const inner = createConnection(http.address().port, '127.0.0.1')
    sockets.add(inner)
    inner
      .on('error', () => undefined)
      .on('close', () => {
        sockets.delete(inner)
        socket.destroy()
      })
    inner.write(early)
    socket.on('close', () => inner.destroy())
    socket.pipe(inner).pipe(socket)
  }

  /**
   * A request that is cancelled before its connection is set up was never sent. On loopback that takes no time, so
   * this delays it as long as the scenario needs. A connection that the browser has given up by then is dropped.
   */
  const connect = (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined)
    if (!frozen) return void http.emit('connection', socket)
    const early = []
    const collect = (chunk) => early.push(chunk)
    let gone = false
    socket
      .on('data', collect)
      .on('end', () => (gone = true))
      .on('close', () => (gone = true))
    const goOn = () => {
      socket.off('data', collect)
      if (gone) socket.destroy()
      else pass(socket, Buffer.concat(early))
    }
    void frozen.then(goOn)
  }

  const listen = (port) =>
    new Promise((resolve, reject) => {
      const server = createTcp({ allowHalfOpen: true }, connect)
      server.on('error', reject).listen(port, '127.0.0.1', () => resolve(server))
    })

  let front = await listen(0)
  const { port } = front.address()

  const goAway = () =>
    new Promise((resolve) => {
      front.close(resolve)
      for (const socket of sockets) socket.destroy()
    })

  return {
    url: `http://collect.test:${port}`,
    port,
    arrivals,
    attempts,
    taken,
    goAway,

    /** From now on, requests with this marker are the event. */
    watch: (marker) => markers.add(marker),

    weather(next) {
      weather = typeof next === 'function' ? next : () => next
    },

    /** From now on no connection succeeds, until the returned function is called. */
    freeze() {
      let thaw
      frozen = new Promise((resolve) => (thaw = resolve))
      return () => {
        frozen = undefined
        thaw()
      }
    },

    async comeBack() {
      front = await listen(port)
    },

    /** Waits until `look` is true, or nothing has happened to the event for too long. */
    async until(marker, look = () => taken(marker).length > 0) {
      const start = performance.timeOrigin + performance.now()
      for (;;) {
        if (look()) return true
        const last = Math.max(start, ...attempts(marker).map(({ at }) => at))
        if (performance.timeOrigin + performance.now() - last > PATIENCE) return false
        await sleep(20)
      }
    },

    async close() {
      if (front.listening) await goAway()
      http.close()
      http.closeAllConnections()
    },
  }
}
