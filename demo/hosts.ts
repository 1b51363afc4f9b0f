/**
 * The shop and its app have a name each, as a product's would. Both lie under `wasabi.localhost`, since browsers refuse
 * a cookie for `localhost` itself; Chromium and Firefox look up no name below `localhost`, but
 * know that it is this machine (RFC 6761, 6.3).
 */
export const SHOP = 'wasabi.localhost'
const APP = `app.${SHOP}`

/**
 * Names that lead to this machine only. Any other in `Host` is a page elsewhere that had its own name resolved to here.
 */
const OURS: readonly string[] = [SHOP, APP, 'localhost', '127.0.0.1', '[::1]']

const SHOP_PAGES: readonly string[] = ['/', '/newsletter', '/offers', '/pricing', '/links']

const nameOf = (host: string) => host.replace(/:\d+$/, '')

/** Says whether a `Host` header names this machine. */
export const isOurs = (host = '') => OURS.includes(nameOf(host))

/**
 * Where a page lives, if not on the host that was asked for it. Under any other name, as on
 * plain `localhost`, all pages live together.
 */
export const homeOf = (host: string, path: string): string | undefined => {
  const name = nameOf(host)
  if (name !== SHOP && name !== APP) return undefined
  const home = path === '/app' ? APP : SHOP_PAGES.includes(path) ? SHOP : name
  return home === name ? undefined : host.replace(name, home)
}
