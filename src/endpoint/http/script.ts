import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
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

/**
 * Serves the scripts, under their plain names and their versions'. Every page may read them, which is what `integrity`
 * asks for: https://www.w3.org/TR/SRI/#cross-origin-data-leakage
 */
export const addScript = async (app: FastifyInstance, { file, version }: ScriptOptions): Promise<void> => {
  const root = dirname(file)
  await app.register(fastifyStatic, { root, serve: false, preCompressed: true, lastModified: false })
  const serve = (name: string, served: string): void => {
    for (const [path, age] of agesOf(name, version)) {
      app.get(path, (_, reply) =>
        reply
          .header('Cross-Origin-Resource-Policy', 'cross-origin')
          .header('Cache-Control', age)
          .header('X-Content-Type-Options', 'nosniff')
          .sendFile(served, { cacheControl: false }),
      )
      allowOnly(app, path, ['GET', 'HEAD'])
    }
  }
  serve('wasabi', basename(file))
  if (existsSync(join(root, 'wasabi-html.js'))) serve('wasabi-html', 'wasabi-html.js')
}
