import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { negotiate } from '@fastify/accept-negotiator'
import etag from '@fastify/etag'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { allowOnly } from './answer'

/**
 * The file to serve as `/wasabi.js`, and the version for its permanent name. Its compressed forms are beside it, as
 * `.br` and `.gz`. If `wasabi-html.js` is beside it, that file is served as well.
 */
export type ScriptOptions = { readonly file: string; readonly version: string }

/** The paths of a file: browsers check the first one for changes each time, and keep the second one for ever. */
const agesOf = (name: string, version: string) =>
  [
    [`/${name}.js`, 'no-cache'],
    [`/${name}-${version}.js`, 'public, max-age=31536000, immutable'],
  ] as const

const extensions = { br: '.br', gzip: '.gz' } as const

/**
 * Returns a function that answers with a file, in the smallest form that the client can read. The bytes are read at the
 * start: a build or an upgrade in place must not replace or remove them under a name that is kept for ever.
 */
const createSender = (file: string) => {
  const codings = (['br', 'gzip'] as const).filter((coding) => existsSync(file + extensions[coding]))
  const plain = readFileSync(file)
  const compressed = new Map<string, Buffer>(codings.map((coding) => [coding, readFileSync(file + extensions[coding])]))
  return ({ headers }: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const coding = negotiate(String(headers['accept-encoding'] ?? '').toLowerCase(), codings) ?? ''
    const bytes = compressed.get(coding)
    if (bytes !== undefined) reply.header('Content-Encoding', coding)
    return reply
      .type('application/javascript; charset=utf-8')
      .header('Vary', 'Accept-Encoding')
      .send(bytes ?? plain)
  }
}

/**
 * Serves the scripts under their plain names, and under names with the version. Every page may read them, as
 * `integrity` requires: https://www.w3.org/TR/SRI/#cross-origin-data-leakage
 */
export const addScript = async (app: FastifyInstance, { file, version }: ScriptOptions): Promise<void> => {
  await app.register(etag)
  const serve = (name: string, served: string): void => {
    const sendFile = createSender(served)
    for (const [path, age] of agesOf(name, version)) {
      app.get(path, (request, reply) => {
        reply
          .header('Cross-Origin-Resource-Policy', 'cross-origin')
          .header('Cache-Control', age)
          .header('X-Content-Type-Options', 'nosniff')
        return sendFile(request, reply)
      })
      allowOnly(app, path, ['GET', 'HEAD'])
    }
  }
  serve('wasabi', file)
  const html = join(dirname(file), 'wasabi-html.js')
  if (existsSync(html)) serve('wasabi-html', html)
}
