import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { negotiate } from '@fastify/accept-negotiator'
import send from '@fastify/send'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { allowOnly } from './answer'

/**
 * The file to serve as `/wasabi.js`, and the version of its lasting name. Its compressed forms lie beside it as `.br`
 * and `.gz`. `wasabi-html.js` is served as well where it lies beside it.
 */
export type ScriptOptions = { readonly file: string; readonly version: string }

/** The names of a file: asked for anew each time, and kept for ever. */
const agesOf = (name: string, version: string) =>
  [
    [`/${name}.js`, 'no-cache'],
    [`/${name}-${version}.js`, 'public, max-age=31536000, immutable'],
  ] as const

const extensions = { br: '.br', gzip: '.gz' } as const

/**
 * Returns what answers with a file, in the smallest form that the client can read. `@fastify/static` does it with the
 * same parts, and brings 8 MB of others along.
 */
const createSender = (root: string, name: string) => {
  const codings = (['br', 'gzip'] as const).filter((coding) => existsSync(join(root, name + extensions[coding])))
  return async ({ raw, headers }: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const coding = negotiate(String(headers['accept-encoding'] ?? '').toLowerCase(), codings)
    const path = `/${name}${coding === null ? '' : extensions[coding]}`
    const sent = await send(raw, path, { root, cacheControl: false, contentType: false, lastModified: false })
    reply.code(sent.statusCode).headers(sent.headers).type('application/javascript; charset=utf-8')
    if (coding !== null) reply.header('Content-Encoding', coding)
    return reply.header('Vary', 'Accept-Encoding').send(sent.stream)
  }
}

/**
 * Serves the scripts, under their plain names and their versions'. Every page may read them, which is what `integrity`
 * asks for: https://www.w3.org/TR/SRI/#cross-origin-data-leakage
 */
export const addScript = (app: FastifyInstance, { file, version }: ScriptOptions): void => {
  const root = dirname(file)
  const serve = (name: string, served: string): void => {
    const sendFile = createSender(root, served)
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
  serve('wasabi', basename(file))
  if (existsSync(join(root, 'wasabi-html.js'))) serve('wasabi-html', 'wasabi-html.js')
}
