import { basename, dirname } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { allowOnly } from './answer'

/** The file to serve, beside which its compressed forms lie as `.br` and `.gz`, and the version of its lasting name. */
export type ScriptOptions = { readonly file: string; readonly version: string }

/**
 * Serves the script, under its plain name, asked for anew each time, and under its version's, kept for ever. Every page
 * may read it, which is what `integrity` asks for: https://www.w3.org/TR/SRI/#cross-origin-data-leakage
 */
export const addScript = async (app: FastifyInstance, { file, version }: ScriptOptions): Promise<void> => {
  await app.register(fastifyStatic, { root: dirname(file), serve: false, preCompressed: true, lastModified: false })
  const ages = [
    ['/wasabi.js', 'no-cache'],
    [`/wasabi-${version}.js`, 'public, max-age=31536000, immutable'],
  ] as const
  for (const [path, age] of ages) {
    app.get(path, (_, reply) =>
      reply
        .header('Cross-Origin-Resource-Policy', 'cross-origin')
        .header('Cache-Control', age)
        .header('X-Content-Type-Options', 'nosniff')
        .sendFile(basename(file), { cacheControl: false }),
    )
    allowOnly(app, path, ['GET', 'HEAD'])
  }
}
