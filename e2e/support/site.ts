import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { listen, portOf, shut } from './host'

/** A page of the site under test: its HTML, and headers of its own. */
export type Page = { readonly html: string; readonly headers?: Readonly<Record<string, string | readonly string[]>> }

export const STUB = `<script>${readFileSync('dist/stub.js', 'utf8').trim().replace(/;$/, '')}</script>`

/** The tag as in the README, with attributes of the test's own. */
export const tag = (attributes: Readonly<Record<string, string>>): string =>
  `<script async src="/wasabi.js"${Object.entries(attributes)
    .map(([name, value]) => ` data-${name}="${value}"`)
    .join('')}></script>`

/**
 * Sends the complaints of a page to the server, in any engine: errors and warnings on its console, and thrown
 * exceptions.
 */
export const COMPLAIN = `<script>(() => {
  const complain = (text) => navigator.sendBeacon('/complaints', text)
  for (const kind of ['error', 'warn']) {
    const real = console[kind]
    console[kind] = (...what) => { complain(what.join(' ')); real.apply(console, what) }
  }
  addEventListener('error', ({ message }) => complain('thrown: ' + message))
  addEventListener('unhandledrejection', ({ reason }) => complain('thrown: ' + reason))
})()</script>`

/** A page as people write it: the stub, and its body. */
export const page = (body: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>A page</title><link rel="icon" href="data:,">${COMPLAIN}${STUB}${body}`

/** A name that resolves to this machine, with cookies and storage of its own: for one of many cases in one tab. */
export const hostOf = (index: number): string => `case-${index}.localhost`

export type Site = Awaited<ReturnType<typeof startSite>>

/** A site that serves the built script, under every name that resolves to this machine. */
export const startSite = async () => {
  const pages = new Map<string, Page>()
  const script = readFileSync('dist/wasabi.js')
  const complaints: string[] = []
  const expected = new Map<string, (url: string) => void>()
  /** Delays the script until this promise resolves. */
  let gate = Promise.resolve()

  const server = await listen(async (request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/'
    if (path === '/wasabi.js') {
      await gate
      response.writeHead(200, { 'content-type': 'text/javascript' }).end(script)
      return
    }
    if (path === '/complaints') complaints.push(await text(request))
    expected.get(path)?.(request.url ?? '')
    const found = pages.get(path)
    if (!found) response.writeHead(404).end()
    else response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...found.headers }).end(found.html)
  })

  return {
    complaints,

    /** Puts a page at a path: its body, or all of it. */
    put(path: string, content: Page | string) {
      pages.set(path, typeof content === 'string' ? { html: page(content) } : content)
    },

    /** The address of a path under a name; `localhost` without a name. */
    url: (path: string, host = 'localhost') => `http://${host}:${portOf(server)}${path}`,

    /**
     * Waits until this path is requested, and returns the whole of it: a page without a driver reports its address in
     * this way.
     */
    asked: (path: string) => new Promise<string>((resolve) => void expected.set(path, resolve)),

    /** Delays the script until the returned function is called. */
    holdScript() {
      let open: () => void = () => undefined
      gate = new Promise((resolve) => (open = resolve))
      return open
    },

    close: () => shut(server),
  }
}
