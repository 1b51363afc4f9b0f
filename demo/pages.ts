import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

const root = fileURLToPath(new URL('../..', import.meta.url))
const chart = join(dirname(createRequire(import.meta.url).resolve('chart.js')), 'chart.umd.min.js')

const fileOf = (path: string) => {
  if (path === '/wasabi.js') return join(root, 'dist/wasabi.js')
  if (path === '/vendor/chart.js') return chart
  // Nothing but plain names, so that no path leads out of the folder.
  if (!/^(\/[\w-]+)*(\.\w+|\/)?$/.test(path)) return undefined
  return join(root, 'demo/site', path === '/' ? 'index.html' : extname(path) ? path : `${path}.html`)
}

/**
 * What a page may do: nothing inline but the stub, which its hash names, and no text that becomes HTML. Campaign links are written by
 * strangers, and these pages show what stands in them.
 */
const policy = (stub: string) => {
  const hash = createHash('sha256').update(stub).digest('base64')
  return [
    "default-src 'none'",
    `script-src 'self' 'sha256-${hash}'`,
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ')
}

/** What a page is told about who asks for it. */
export type Visitor = {
  /** Goes on the tag as `data-consent="required"`. */
  readonly consentRequired: boolean
  readonly customer: string
}

/** Reads from the cookies how the visitor wants the demo: whether to be asked, and as whom to sign up since starting over. */
export const readVisitor = (cookie: string): Visitor => ({
  consentRequired: /\bdemo_consent=required\b/.test(cookie),
  customer: /\bdemo_account=(\d{9})\b/.exec(cookie)?.[1] ?? '123456789',
})

/** Puts in what all pages share: their head, header and footer, and the stub, as it was built, so that it never goes stale. And who the customer is. */
const assemble = async (html: string, stub: string, { customer }: Visitor) => {
  const part = (name: string) => readFile(join(root, `demo/site/parts/${name}.html`), 'utf8')
  const parts: Readonly<Record<string, string>> = {
    stub: `<script>${stub}</script>`,
    head: (await part('head')).trimEnd(),
    header: await part('header'),
    footer: await part('footer'),
    customer,
    contract: customer.slice(0, 8),
  }
  return html.replace(/<!-- (\w+) -->/g, (placeholder, name: string) => parts[name] ?? placeholder)
}

const read = async (file: string, visitor: Visitor) => {
  const type = TYPES[extname(file)] ?? 'application/octet-stream'
  const headers = { 'content-type': type, 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' }
  if (extname(file) !== '.html') return { headers, content: await readFile(file) }
  const stub = (await readFile(join(root, 'dist/stub.js'), 'utf8')).trim()
  const page = await assemble(await readFile(file, 'utf8'), stub, visitor)
  const content = visitor.consentRequired
    ? page.replace(' data-endpoint=', ' data-consent="required" data-endpoint=')
    : page
  return { headers: { ...headers, 'content-security-policy': policy(stub) }, content }
}

/** Serves the demo's pages and what they load. */
export const servePage = async (path: string, visitor: Visitor, response: ServerResponse): Promise<void> => {
  try {
    const file = fileOf(path)
    if (file === undefined) throw new Error('no such name')
    const { headers, content } = await read(file, visitor)
    response.writeHead(200, headers).end(content)
  } catch {
    // Not there, or not to be read: the same to a visitor.
    response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('There is no such page.')
  }
}
