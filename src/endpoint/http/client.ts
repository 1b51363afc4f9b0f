import type { IncomingMessage } from 'node:http'
import { isIPv6 } from 'node:net'

/** The first four groups of an IPv6 address: a household or a host is given that much at least, and changes the rest at will. */
const networkOf = (address: string): string => {
  const [head = '', tail] = (address.split('%', 1)[0] ?? '').split('::')
  const front = head === '' ? [] : head.split(':')
  const back = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - front.length - back.length)).fill('0')
  const groups = [...front, ...zeros, ...back].slice(0, 4)
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`
}

const normalise = (address: string): string => {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  return mapped ?? (isIPv6(address) ? networkOf(address) : address)
}

/**
 * Says who sent a request: its address, IPv6 by its network. Each proxy adds the address that it saw to the right of
 * `X-Forwarded-For`, so as many entries are believed as there are proxies of one's own, and no more.
 */
export const clientOf = (request: IncomingMessage, trustedProxies: number): string => {
  const peer = request.socket.remoteAddress ?? ''
  if (trustedProxies === 0) return normalise(peer)
  const forwarded = String(request.headers['x-forwarded-for'] ?? '')
    .split(',')
    .map((address) => address.trim())
  const hops = [...forwarded.filter((address) => address !== ''), peer]
  return normalise(hops[Math.max(0, hops.length - 1 - trustedProxies)] ?? peer)
}
