import { now } from './clock'

/**
 * `crypto.randomUUID` exists on secure pages only (W3C Web Cryptography, 10.1.2). The name of a blob URL is a random
 * UUID everywhere (W3C File API, 8.3).
 */
const randomUuid = () => {
  try {
    return crypto.randomUUID()
  } catch {
    return URL.createObjectURL(new Blob()).slice(-36)
  }
}

/**
 * A UUID of version 7 (RFC 9562, 5.7): 48 bits of unix milliseconds, then random bits. With ids in the order of time,
 * the index of a store grows at its end. Random ids cost SQLite half its speed.
 */
export const uuid = (): string => {
  const time = now().toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUuid().slice(15)}`
}
