import { readFileSync } from 'node:fs'

/** The server that receives forwarded events. `headers` are sent with each event, and shown to nobody else. */
export type Receiver = { readonly url: URL; readonly headers: Headers }

/** Headers that forwarding sets itself, or that would break a request. */
const ours = ['idempotency-key', 'content-length', 'transfer-encoding', 'connection', 'host', 'expect', 'upgrade']

const readLines = (file: string): readonly string[] => {
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new Error(
      `Cannot read the headers from ${file} (${code ?? 'unknown'}): name a file of lines like "Name: value".`,
      {
        cause,
      },
    )
  }
}

/** Adds one header. The sentence of an error does not quote its line: it may contain a token. */
const addLine = (headers: Headers, line: string, place: string): void => {
  const [, name = '', value = ''] = /^([^:\s]+):\s*(.*?)\s*$/.exec(line) ?? []
  if (ours.includes(name.toLowerCase()))
    throw new Error(`${place} sets ${name}, which forwarding sets itself: remove it.`)
  try {
    headers.append(name, value)
  } catch (cause) {
    throw new Error(`${place} is no header: write lines like "Authorization: Bearer …".`, { cause })
  }
}

/** Reads headers from a file, one a line; empty lines and lines that begin with `#` are left out. Throws a sentence. */
export const readHeaders = (file: string | undefined): Headers => {
  const headers = new Headers({ 'Content-Type': 'application/json' })
  if (file === undefined) return headers
  readLines(file).forEach((line, index) => {
    if (line.trim() === '' || line.startsWith('#')) return
    if (/^content-type:/i.test(line)) headers.delete('content-type')
    addLine(headers, line, `Line ${String(index + 1)} of ${file}`)
  })
  return headers
}

/** Reads the receiver's address. Throws a sentence that does not quote a password. */
export const readUrl = (text: string | undefined): URL => {
  const url = text !== undefined && URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new Error('The address to forward to is no http or https URL: write it as https://import.example/events.')
  if (url.username !== '' || url.password !== '')
    throw new Error(
      'The address to forward to contains a password: put an Authorization line into the headers file instead.',
    )
  url.hash = ''
  return url
}

/**
 * The name of a receiver in the store, the metrics and the log. The query is left out, since it may contain a token.
 */
export const nameOf = ({ url }: Pick<Receiver, 'url'>): string => url.origin + url.pathname
