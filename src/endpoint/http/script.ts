import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { brotliCompressSync, gzipSync } from 'node:zlib'

/** The file to serve, and the version that its lasting name carries. */
export type ScriptOptions = { readonly file: string; readonly version: string }

type Coded = { readonly coding: 'br' | 'gzip' | 'identity'; readonly bytes: Buffer; readonly etag: string }

const forAYear = 'public, max-age=31536000, immutable'

const accepts = (request: IncomingMessage, coding: string): boolean =>
  String(request.headers['accept-encoding'] ?? '')
    .split(',')
    .some((item) => {
      const [name = '', quality = ''] = item
        .trim()
        .toLowerCase()
        .split(/\s*;\s*q=/)
      return name === coding && Number(quality || 1) > 0
    })

/**
 * Serves the script, compressed once for all: under its plain name, asked for anew each time, and under its version's,
 * kept for ever. Every page may read it, which is what `integrity` asks for: https://www.w3.org/TR/SRI/#cross-origin-data-leakage
 */
export const createScript = ({ file, version }: ScriptOptions) => {
  const plain = readFileSync(file)
  const hash = createHash('sha256').update(plain).digest('base64url').slice(0, 22)
  const coded = (coding: Coded['coding'], bytes: Buffer): Coded => ({ coding, bytes, etag: `"${hash}-${coding}"` })
  const codings = [coded('br', brotliCompressSync(plain)), coded('gzip', gzipSync(plain, { level: 9 }))]
  const identity = coded('identity', plain)
  const lasting = `/wasabi-${version}.js`

  return {
    /** The paths that are served. */
    paths: ['/wasabi.js', lasting],
    answer: (request: IncomingMessage, response: ServerResponse, path: string): void => {
      const { coding, bytes, etag } = codings.find((one) => accepts(request, one.coding)) ?? identity
      const headers = {
        'Access-Control-Allow-Origin': '*',
        'Cross-Origin-Resource-Policy': 'cross-origin',
        'Cache-Control': path === lasting ? forAYear : 'no-cache',
        Vary: 'Accept-Encoding',
        ETag: etag,
      }
      const isKnown = request.headers['if-none-match']
        ?.split(',')
        .some((known) => known.trim().replace(/^W\//, '') === etag)
      if (isKnown === true) {
        response.writeHead(304, headers).end()
        return
      }
      response.writeHead(200, {
        ...headers,
        ...(coding !== 'identity' && { 'Content-Encoding': coding }),
        'Content-Type': 'text/javascript; charset=utf-8',
        'Content-Length': bytes.length,
        'X-Content-Type-Options': 'nosniff',
      })
      response.end(bytes)
    },
  }
}
