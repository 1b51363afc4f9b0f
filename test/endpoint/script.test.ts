import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib'
import { get, type IncomingHttpHeaders } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { freshFile, startEndpoint } from './support/server'

const script = `globalThis.wasabi = {} // ${'x'.repeat(500)}\n`

const startWithScript = async (content = script, html = '') => {
  const file = freshFile()
  mkdirSync(dirname(file))
  writeFileSync(`${file}.js`, content)
  if (html) writeFileSync(`${dirname(file)}/wasabi-html.js`, html)
  writeFileSync(`${file}.js.br`, brotliCompressSync(content))
  writeFileSync(`${file}.js.gz`, gzipSync(content))
  const { origin } = await startEndpoint({ file, script: { file: `${file}.js`, version: '1.2.3' } })
  /** `fetch` would decompress. */
  const load = (path: string, headers = {}) =>
    new Promise<{ status: number; headers: IncomingHttpHeaders; bytes: Buffer }>((resolve, reject) => {
      get(origin + path, { headers }, (answer) => {
        buffer(answer).then((bytes) => {
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, bytes })
        }, reject)
      }).on('error', reject)
    })
  return { load, origin, file: `${file}.js` }
}

test('serves the script as small as the browser can read it', async () => {
  const { load } = await startWithScript()
  const decoders = { br: brotliDecompressSync, gzip: gunzipSync }
  for (const [accepted, coding] of [
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip, deflate', 'gzip'],
    ['br;q=0, gzip;q=0.5', 'gzip'],
  ] as const) {
    const { headers, bytes } = await load('/wasabi.js', { 'Accept-Encoding': accepted })
    expect(headers['content-encoding']).toBe(coding)
    expect(decoders[coding](bytes).toString()).toBe(script)
    expect(headers.vary).toMatch(/^accept-encoding$/i)
    expect(headers['content-length']).toBe(String(bytes.length))
  }
  for (const accepted of ['', 'identity', 'brotli', 'br;q=0']) {
    const { headers, bytes } = await load('/wasabi.js', { 'Accept-Encoding': accepted })
    expect(headers['content-encoding']).toBeUndefined()
    expect(bytes.toString()).toBe(script)
  }
})

test('lets browsers ask for the plain name anew, and keep the version’s for ever', async () => {
  const { load } = await startWithScript()
  const plain = await load('/wasabi.js')
  expect(plain.headers).toMatchObject({
    'cache-control': 'no-cache',
    'content-type': 'application/javascript; charset=utf-8',
    'access-control-allow-origin': '*',
  })
  const lasting = await load('/wasabi-1.2.3.js')
  expect(lasting.headers['cache-control']).toBe('public, max-age=31536000, immutable')
  expect(lasting.headers['access-control-allow-origin']).toBe('*')
  expect((await load('/wasabi-1.2.4.js')).status).toBe(404)

  const known = { 'If-None-Match': plain.headers.etag }
  expect(await load('/wasabi.js', known)).toMatchObject({ status: 304, bytes: Buffer.alloc(0) })
  expect((await load('/wasabi.js', { ...known, 'Accept-Encoding': 'br' })).status).toBe(200)
  const changed = await startWithScript('other')
  expect((await changed.load('/wasabi.js', known)).status).toBe(200)
})

test('answers HEAD without the script', async () => {
  const { origin } = await startWithScript()
  const answer = await fetch(`${origin}/wasabi.js`, { method: 'HEAD' })
  expect([answer.status, await answer.text()]).toEqual([200, ''])
})

test('serves the HTML entry where it lies beside the script', async () => {
  const without = await startWithScript()
  expect((await without.load('/wasabi-html.js')).status).toBe(404)
  const { load } = await startWithScript(script, 'html')
  const { status, bytes, headers } = await load('/wasabi-html-1.2.3.js')
  expect([status, bytes.toString(), headers['cache-control']]).toEqual([
    200,
    'html',
    expect.stringContaining('immutable'),
  ])
})

test('serves what belongs to its version, also while another one is built in its place', async () => {
  const { load, file } = await startWithScript()
  const first = await load('/wasabi-1.2.3.js', { 'Accept-Encoding': 'br' })
  writeFileSync(file, 'the next version')
  rmSync(`${file}.br`)
  expect(await load('/wasabi-1.2.3.js', { 'Accept-Encoding': 'br' })).toMatchObject({ status: 200, bytes: first.bytes })
  expect((await load('/wasabi-1.2.3.js')).bytes.toString()).toBe(script)
})

test('answers with the whole script to a range, and to what only a changed script could satisfy', async () => {
  const { load } = await startWithScript()
  for (const headers of [{ Range: 'bytes=999999-' }, { 'If-Match': '"other"' }, { 'If-None-Match': '"other"' }])
    expect(
      brotliDecompressSync((await load('/wasabi.js', { ...headers, 'Accept-Encoding': 'br' })).bytes).toString(),
    ).toBe(script)
})
