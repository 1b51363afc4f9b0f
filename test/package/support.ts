import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { readApis, readSyntax } from './uses'

type Support = {
  readonly version_added: string | false
  readonly flags?: unknown
  readonly partial_implementation?: boolean
  readonly prefix?: string
}
type Feature = { readonly __compat?: { readonly support: Readonly<Record<string, Support | readonly Support[]>> } }
type Tree = Feature & { readonly [name: string]: Tree | undefined }

export const data = JSON.parse(
  readFileSync(createRequire(import.meta.url).resolve('@mdn/browser-compat-data'), 'utf8'),
) as {
  readonly api: Tree
  readonly javascript: Tree
  readonly browsers: Readonly<
    Record<string, { readonly releases: Readonly<Record<string, { readonly release_date: string }>> }>
  >
}

/** Browsers, by their names in the data and their usual names. */
export const BROWSERS = {
  chrome: 'Chrome',
  edge: 'Edge',
  firefox: 'Firefox',
  safari: 'Safari',
  safari_ios: 'Safari on iOS',
  samsunginternet_android: 'Samsung Internet',
} as const

export type Browser = keyof typeof BROWSERS

/** The owner in the data of members that TypeScript declares in a mixin or an interface of their own. */
const OWNERS: Readonly<Record<string, string>> = {
  Body: 'Response',
  CallableFunction: 'Function',
  Console: 'console',
  HTMLOrSVGElement: 'HTMLElement',
  NavigatorLocks: 'Navigator',
  NavigatorOnLine: 'Navigator',
  ParentNode: 'Document',
}

/**
 * The name in the data of a member of a dictionary. It is as old as the function that accepts it, unless it has a
 * name of its own here.
 */
const MEMBERS: Readonly<Record<string, string>> = {
  'RequestInit.keepalive': 'Request.keepalive',
  'RequestInit.signal': 'Request.signal',
  'RequestInit.body': 'fetch',
  'RequestInit.credentials': 'fetch',
  'RequestInit.method': 'fetch',
  'RequestInit.redirect': 'fetch',
  'LockOptions.ifAvailable': 'LockManager.request',
  'PropertyDescriptor.value': 'Object.defineProperty',
  'IArguments.length': 'functions.arguments',
  'Document.addEventListener': 'EventTarget.addEventListener',
}

const walk = (tree: Tree, path: string) => path.split('.').reduce<Tree | undefined>((at, name) => at?.[name], tree)

/** The data on a name of the platform's declarations, or of a piece of syntax. */
const find = (name: string): Feature | undefined => {
  const [first = '', member] = (MEMBERS[name] ?? name).split('.')
  const owner = OWNERS[first] ?? first.replace(/Constructor$|^Readonly/, '')
  const paths = member
    ? [`${owner}.${member}`, `${owner}.${member}_static`]
    : [owner, `Window.${owner}`, `EventTarget.${owner}`]
  const places = [data.javascript, data.javascript.builtins as Tree, data.api]
  return [name, ...paths].flatMap((path) => places.map((place) => walk(place, path))).find((found) => found?.__compat)
}

/** The first version of a browser with a feature. Infinity if it does not have it. */
const since = (feature: Feature | undefined, browser: Browser): number => {
  const given = [feature?.__compat?.support[browser] ?? []].flat()
  const plain = given.filter(
    ({ flags, prefix, partial_implementation }) => !flags && !prefix && !partial_implementation,
  )
  return Math.min(
    ...plain.map(({ version_added }) => parseFloat(String(version_added).replace('≤', '')) || Infinity),
    Infinity,
  )
}

export const names = Object.keys(BROWSERS) as Browser[]

export const versionsOf = (name: string) =>
  Object.fromEntries(names.map((browser) => [browser, since(find(name), browser)])) as Record<Browser, number>

/** Features that the script uses where they exist, and the behaviour without them. None of them excludes a browser. */
export const BONUSES: Readonly<Record<string, string>> = {
  'Request.keepalive': 'an action recorded right before its page goes away is sent from the next page',
  'LockManager.request': 'several open tabs may each send what was left over; it is stored once all the same',
  'Crypto.randomUUID': 'ids come from the name of a blob, which is as random',
  'PerformanceNavigationTiming.type': 'a reload of a landing page counts as a visit',
  'Navigation.entries':
    'consent given some pages after the landing finds the campaign only if the page before was the landing',
  'Document.prerendering': 'nothing is missing: there is no prerendering to wait for',
  requestIdleCallback: 'what an earlier page left over is sent a moment earlier',
}

/** The source uses the features above under these names. */
const isBonus = (name: string) => name in BONUSES || (MEMBERS[name] ?? '') in BONUSES || name === 'NavigatorLocks.locks'

/** The features that the script needs, and the first version of each browser that has them. 0 if the data has none. */
export const readNeeds = (): Readonly<Record<string, Record<Browser, number>>> =>
  Object.fromEntries(
    [...readApis(), ...readSyntax('dist/wasabi.js')]
      .filter((name) => !isBonus(name))
      .map((name) => [name, versionsOf(name)]),
  )

/** The oldest version of each browser that has all of them. */
export const oldest = (needs: ReturnType<typeof readNeeds>): Record<Browser, number> =>
  Object.fromEntries(
    names.map((browser) => [browser, Math.max(...Object.values(needs).map((versions) => versions[browser]))]),
  ) as Record<Browser, number>
