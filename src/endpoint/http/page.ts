import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { guardAccess } from './access'
import { allowOnly } from './answer'

/** The files of the operator's page, by their paths. */
const files = [
  ['/', 'page.html', 'text/html; charset=utf-8'],
  ['/page.css', 'page.css', 'text/css; charset=utf-8'],
  ['/page.parts.css', 'parts.css', 'text/css; charset=utf-8'],
  ['/page.js', 'page.js', 'text/javascript; charset=utf-8'],
] as const

/** Allows nothing from other hosts, nothing inline, and no page that frames this one. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ')

/**
 * Serves the operator's page from a folder. The page contains no data: it requests its data as any reader does. Without
 * a token, it is for this machine only, like reading.
 */
export const addPage = async (app: FastifyInstance, folder: string, token: string | undefined): Promise<void> => {
  if (token === undefined) await guardAccess(app, token)
  for (const [path, name, type] of files) {
    const bytes = readFileSync(join(folder, name))
    app.get(path, (_, reply) =>
      reply
        .headers({
          'Content-Security-Policy': policy,
          'X-Content-Type-Options': 'nosniff',
          'Referrer-Policy': 'no-referrer',
          'Cross-Origin-Opener-Policy': 'same-origin',
          'Cache-Control': 'no-cache',
        })
        .type(type)
        .send(bytes),
    )
    allowOnly(app, path, ['GET', 'HEAD'])
  }
}
