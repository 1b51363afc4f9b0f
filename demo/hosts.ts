/**
 * The shop and its app have a host name each, as a real product's would. Both are below `wasabi.localhost`, since
 * browsers refuse a cookie for `localhost` itself. Chromium and Firefox look up no name below `localhost`: they know
 * that it is this machine (RFC 6761, 6.3).
 */
export const SHOP = 'wasabi.localhost'
const APP = `app.${SHOP}`

/**
 * Names that lead only to this machine. Any other name in `Host` is from a page elsewhere whose own name resolves to
 * this machine.
 */
const OURS: readonly string[] = [SHOP, APP, 'localhost', '127.0.0.1', '[::1]']

const SHOP_PAGES: readonly string[] = ['/', '/newsletter', '/offers', '/pricing', '/links']

const nameOf = (host: string) => host.replace(/:\d+$/, '')

/** Says whether a `Host` header names this machine. */
export const isOurs = (host = '') => OURS.includes(nameOf(host))

/**
 * The host of a page, if it is not the host of the request. Under any other name, such as plain `localhost`, all pages
 * share one host.
 */
export const homeOf = (host: string, path: string): string | undefined => {
  const name = nameOf(host)
  if (name !== SHOP && name !== APP) return undefined
  const home = path === '/app' ? APP : SHOP_PAGES.includes(path) ? SHOP : name
  return home === name ? undefined : host.replace(name, home)
}
