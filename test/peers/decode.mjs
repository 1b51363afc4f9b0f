import { gunzipSync } from 'node:zlib'

const decompress = (bytes) => {
  try {
    return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes
  } catch {
    return bytes // Something else that begins alike.
  }
}

const json = (text) => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const BASE64 = /^[A-Za-z0-9+/_-]{16,}={0,2}$/

/** Trackers put JSON in JSON strings, in form fields and in base64. Decodes all of it to plain values. */
const open = (value, depth = 0) => {
  if (depth > 8) return value
  if (Array.isArray(value)) return value.map((item) => open(item, depth + 1))
  if (value && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, open(item, depth + 1)]))
  if (typeof value !== 'string') return value
  if (/^\s*[[{]/.test(value)) return open(json(value) ?? value, depth + 1)
  if (BASE64.test(value)) {
    const inner = Buffer.from(value, 'base64').toString()
    if (/^\s*[[{]/.test(inner) && json(inner)) return open(json(inner), depth + 1)
  }
  return value
}

const form = (text) => Object.fromEntries(new URLSearchParams(text))

const multipart = (text, boundary) =>
  Object.fromEntries(
    text
      .split(`--${boundary}`)
      .map((part) => /name="([^"]+)"[^]*?\r\n\r\n([^]*?)\r\n$/.exec(part))
      .filter(Boolean)
      .map(([, name, value]) => [name, value]),
  )

const readBody = (bytes, type) => {
  const text = decompress(bytes).toString()
  const boundary = /boundary=([^;]+)/.exec(type)?.[1]
  if (boundary) return open(multipart(text, boundary))
  const whole = json(text)
  if (whole !== undefined) return open(whole)
  const lines = text.split('\n').filter(Boolean).map(json)
  if (lines.length && lines.every((line) => line !== undefined)) return open(lines)
  return /^[\w$.-]+=/.test(text) ? open(form(text)) : open(text)
}

/** The lists in which trackers send several events at once, beside any other fields of the envelope. */
const LISTS = ['batch', 'events', 'data', 'requests']

const split = (value) => {
  if (Array.isArray(value)) return value.flatMap(split)
  if (!value || typeof value !== 'object') return [value]
  const list = LISTS.find((name) => Array.isArray(value[name]) && typeof value[name][0] === 'object')
  return list ? value[list].map((item) => ({ ...value, [list]: item })) : [value]
}

/** The events in one request, each with the values that the request contains for all of them. */
export const readEvents = ({ url, type = '', body }) => {
  const { pathname, searchParams } = new URL(url, 'http://x')
  const query = open(Object.fromEntries(searchParams))
  const events = body.length ? split(readBody(body, type)) : split(query)
  return events.map((event) => {
    const whole = body.length ? { pathname, query, event } : { pathname, event }
    return { text: JSON.stringify(whole), values: leaves(whole) }
  })
}

const leaves = (value) => (value && typeof value === 'object' ? Object.values(value).flatMap(leaves) : [String(value)])
