import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Visitor } from './visitors'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

const root = fileURLToPath(new URL('../..', import.meta.url))

const fileOf = (path: string) => {
  if (path === '/wasabi.js') return join(root, 'dist/wasabi.js')
  if (path === '/parts.js') return join(root, 'dist/demo/parts.js')
  if (path === '/parts.css') return join(root, 'src/endpoint/page/parts.css')
  // Nothing but plain names, so that no path leads out of the folder.
  if (!/^(\/[\w-]+)*(\.\w+|\/)?$/.test(path)) return undefined
  return join(root, 'demo/site', path === '/' ? 'index.html' : extname(path) ? path : `${path}.html`)
}

/**
 * Allows nothing inline but the stub, by its hash, and no text that becomes HTML. Strangers write campaign links, and
 * these pages show their values.
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

/** The requested path, and its visitor: read for pages only, since a new visitor is assigned a number. */
type Asked = { readonly path: string; readonly visitor: () => Visitor }

/**
 * Inserts the parts that all pages share: head, header, footer, and the stub as it was built. Also inserts the
 * customer's number, and marks the page's own link in the header.
 */
const assemble = async (
  html: string,
  shared: { readonly path: string; readonly stub: string; readonly customer: string },
) => {
  const { path, stub, customer } = shared
  const part = (name: string) => readFile(join(root, `demo/site/parts/${name}.html`), 'utf8')
  const parts: Readonly<Record<string, string>> = {
    stub: `<script>${stub}</script>`,
    head: (await part('head')).trimEnd(),
    header: (await part('header')).replace(` href="${path}"`, ` href="${path}" aria-current="page"`),
    footer: await part('footer'),
    customer,
    contract: customer.slice(0, 8),
  }
  return html.replace(/<!-- (\w+) -->/g, (placeholder, name: string) => parts[name] ?? placeholder)
}

const read = async (file: string, { path, visitor }: Asked) => {
  const type = TYPES[extname(file)] ?? 'application/octet-stream'
  const headers = { 'content-type': type, 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' }
  if (extname(file) !== '.html') return { headers, content: await readFile(file) }
  const stub = (await readFile(join(root, 'dist/stub.js'), 'utf8')).trim()
  const { consentRequired, customer, cookie } = visitor()
  const page = await assemble(await readFile(file, 'utf8'), { path, stub, customer })
  const content = consentRequired ? page.replace(' data-endpoint=', ' data-consent="required" data-endpoint=') : page
  return {
    headers: {
      ...headers,
      ...(cookie !== undefined && { 'set-cookie': cookie }),
      'content-security-policy': policy(stub),
    },
    content,
  }
}

/** Serves the demo's pages and the files that they load. */
export const servePage = async (asked: Asked, response: ServerResponse): Promise<void> => {
  try {
    const file = fileOf(asked.path)
    if (file === undefined) throw new Error('no such name')
    const { headers, content } = await read(file, asked)
    response.writeHead(200, headers).end(content)
  } catch {
    // A missing file and an unreadable one are the same to a visitor.
    response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('There is no such page.')
  }
}
