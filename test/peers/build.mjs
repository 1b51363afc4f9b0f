import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants } from 'node:zlib'
import commonjs from '@rollup/plugin-commonjs'
import json from '@rollup/plugin-json'
import nodeResolve from '@rollup/plugin-node-resolve'
import terser from '@rollup/plugin-terser'
import { rollup } from 'rollup'

const here = dirname(fileURLToPath(import.meta.url))

/** The bytes over the wire for the README's readers: at the best quality, as a static host would store it. */
export const brotli = (text) => brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length

/**
 * Bundles a package of modules with the few lines that set it up, as a shop would. A part that the package imports
 * only when it is wanted (session replay) stays a file of its own, and counts when a page loads it.
 */
const bundle = async (code) => {
  const entry = {
    name: 'entry',
    resolveId: (id) => (id === 'entry' ? join(here, 'entry.js') : null),
    load: (id) => (id === join(here, 'entry.js') ? code : null),
  }
  const environment = {
    name: 'environment',
    transform: (source) =>
      source.includes('process.env.NODE_ENV')
        ? { code: source.replaceAll('process.env.NODE_ENV', '"production"'), map: null }
        : null,
  }
  const built = await rollup({
    input: 'entry',
    plugins: [
      entry,
      environment,
      nodeResolve({ browser: true, preferBuiltins: false }),
      commonjs(),
      json(),
      terser({ module: true }),
    ],
    onwarn: () => undefined, // About the packages' own code.
  })
  const { output } = await built.generate({ format: 'es', entryFileNames: 'app.js', chunkFileNames: 'part-[hash].js' })
  return Object.fromEntries(output.map((part) => [`/${part.fileName}`, part.code]))
}

/** Bundling all of them takes two minutes. A bundle is kept as long as neither the lines nor the version change. */
const bundleOnce = async (peer, version) => {
  const folder = join(here, 'node_modules/.cache/peers')
  const file = join(
    folder,
    `${createHash('sha256').update(`${peer.package}@${version}${peer.module}`).digest('hex')}.json`,
  )
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'))
  const files = await bundle(peer.module)
  mkdirSync(folder, { recursive: true })
  writeFileSync(file, JSON.stringify(files))
  return files
}

const versionOf = (name) => JSON.parse(readFileSync(join(here, 'node_modules', name, 'package.json'), 'utf8')).version

/** The files that a page loads. `module` or `head` sets the peer up for a feature that not every page needs. */
const pageOf = async (peer, version, { module = peer.module, head = '' } = {}) => {
  if (module)
    return {
      head: '<script type="module" src="/app.js"></script>',
      files: await bundleOnce({ ...peer, module }, version),
    }
  const page = peer.tag(peer.package && join(here, 'node_modules', peer.package))
  return { ...page, head: page.head + head }
}

/** Reads the peers and builds the files of their pages: `head`, and `files` by path. */
export const buildPeers = async (wanted) => {
  const names = readdirSync(join(here, 'peers')).map((file) => file.replace('.mjs', ''))
  const chosen = wanted.length ? wanted : ['wasabi', ...names.filter((name) => name !== 'wasabi')]
  const peers = []
  for (const name of chosen) {
    if (!names.includes(name)) throw new Error(`there is no peer ${name}: ${names.join(' ')}`)
    const { default: peer } = await import(`./peers/${name}.mjs`)
    const version = peer.package
      ? versionOf(peer.package)
      : name === 'wasabi'
        ? JSON.parse(readFileSync(join(here, '../../package.json'), 'utf8')).version
        : ''
    const page = await pageOf(peer, version)
    const pages = {}
    for (const [key, more] of Object.entries(peer.reach)) pages[key] = await pageOf(peer, version, more)
    peers.push({ sends: true, ...peer, name, ...page, pages, version })
  }
  return peers
}
