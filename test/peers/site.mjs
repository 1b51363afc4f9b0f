import { createServer } from 'node:http'
import { REACTION, sleep } from './wait.mjs'

/**
 * The shop: every path under `*.shop.test` is a page with the tracker, and so is every path under `*.desk.test`, its
 * app on another domain. Any other name (a payment provider) is a page without it, as slow as providers are. `page`
 * may add headers and content before the tracker. `scripts` may delay the script or lose it.
 */
export const startSite = async (
  peer,
  endpoint,
  { headers = {}, before = '', scripts = Promise.resolve('up') } = {},
) => {
  let body = '<h1>Shop</h1>'
  const page = (shop) =>
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title><link rel="icon" href="data:,">${
      shop ? `<script>window.ENDPOINT=${JSON.stringify(endpoint)}</script>${before}${peer.head}` : ''
    }</head><body>${shop ? body : ''}</body></html>`

  const served = new Set()
  const server = createServer(async (request, response) => {
    const path = request.url.split('?')[0]
    if (!path.endsWith('.js')) {
      const shop = /^(\w+\.)?(shop|desk)\.test/.test(request.headers.host)
      if (!shop) await sleep(REACTION)
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...(shop && headers) }).end(page(shop))
      return
    }
    const state = await scripts
    const file = peer.files[path]
    if (state === 'blocked') response.destroy()
    else if (!file) response.writeHead(404).end()
    else {
      served.add(file)
      response.writeHead(200, { 'content-type': 'text/javascript; charset=utf-8' }).end(file)
    }
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address()

  return {
    /** The scripts that pages have loaded. */
    served,
    /** Replaces the content of the shop's pages. */
    put: (html) => (body = html),
    url: (path = '/', host = 'www.shop.test') => `http://${host}:${port}${path}`,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve)
        server.closeAllConnections()
      }),
  }
}
