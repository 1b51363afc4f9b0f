import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import commonjs from '@rollup/plugin-commonjs'
import json from '@rollup/plugin-json'
import nodeResolve from '@rollup/plugin-node-resolve'
import terser from '@rollup/plugin-terser'
import typescript from '@rollup/plugin-typescript'
import { minify } from 'rolldown/utils'
import dts from 'rollup-plugin-dts'
import uglify from 'uglify-js'

/**
 * With `noEmitOnError` (tsconfig.json), a type error fails the build instead of being printed only. One build checks
 * all files that a configuration includes, also those that it does not build. The other builds of that configuration
 * only translate.
 */
const compile = (folder, isChecked) => typescript({ tsconfig: `${folder}/tsconfig.json`, noCheck: !isChecked })

/**
 * More passes find more to shorten. `module` also shortens the top-level names: each file is a scope of its own.
 * `unsafe` only breaks code that changes the built-ins of the language, which ours does not.
 */
const smallest = terser({
  ecma: 2021,
  module: true,
  compress: { passes: 4, unsafe: true, unsafe_arrows: true, pure_getters: true, inline: 1 },
})

/** uglify-js shares variables between branches and turns constants into variables, which terser does not: 2 % less. */
const smaller = {
  name: 'uglify',
  renderChunk(code) {
    const {
      code: small,
      map,
      error,
    } = uglify.minify(code, {
      module: true,
      sourceMap: true,
      compress: { passes: 4, unsafe: true, pure_getters: true, inline: 1, sequences: false },
    })
    if (error) throw error
    return { code: small, map }
  },
}

/** The parts of js-cookie that the script never reaches, each by the text at its beginning and the text after it. */
const UNREACHED = [
  ['var defaultConverter', 'function init('],
  ["    if (typeof document === 'undefined') {", '    attributes = assign('],
  ["    if (typeof attributes.expires === 'number')", '    if (attributes.expires) {'],
  ['  function get(', '  return Object.create('],
  ['      get: get', '      withConverter:'],
]

/** Removes the unreached parts. If js-cookie has changed, the build fails rather than remove too much. */
const lessCookie = {
  name: 'less-cookie',
  transform(code, id) {
    if (!id.includes('js.cookie')) return null
    const cut = (rest, [from, to]) => {
      const [start, end] = [rest.indexOf(from), rest.indexOf(to)]
      if (start < 0 || end < start) this.error(`js-cookie has changed: no "${from}" before "${to}"`)
      return rest.slice(0, start) + rest.slice(end)
    }
    const less = UNREACHED.reduce(cut, code).replace('init(defaultConverter,', 'init({},')
    // Its `for…in` reads properties that a page added to `Object.prototype` as attributes of a cookie, and throws.
    const own = less.replace(
      "if (key === '__proto__') continue",
      'if (!Object.hasOwnProperty.call(source, key)) continue',
    )
    return { code: own.replaceAll('assign({}, ', 'assign(Object.create(null), '), map: null }
  },
}

/** The scripts of a bundle, without the source maps. */
const chunksOf = (bundle) => Object.values(bundle).filter(({ type }) => type === 'chunk')

/** Logs the size that a page would load, and the `integrity` by which its tag can require exactly these bytes. */
const report = {
  name: 'report',
  generateBundle({ file }, bundle) {
    for (const { code } of chunksOf(bundle)) {
      const bytes = Buffer.from(code)
      const integrity = `sha384-${createHash('sha384').update(bytes).digest('base64')}`
      this.info(
        `${file}: ${bytes.length} bytes, gzip ${gzipSync(bytes, { level: 9 }).length}, brotli ${brotliCompressSync(bytes).length}, integrity="${integrity}"`,
      )
    }
  },
}

/** Compresses once, at build time. The endpoint serves these files as they are, also where it cannot write files. */
const compressed = {
  name: 'compressed',
  generateBundle(_, bundle) {
    for (const { fileName, code } of chunksOf(bundle)) {
      this.emitFile({ type: 'asset', fileName: `${fileName}.br`, source: brotliCompressSync(code) })
      this.emitFile({ type: 'asset', fileName: `${fileName}.gz`, source: gzipSync(code, { level: 9 }) })
    }
  },
}

/** Leaves 4 % more of Chart.js than terser, in a thirtieth of the time. Nobody waits for the operator's page. */
const quickMinifier = {
  name: 'quick-minifier',
  async renderChunk(code, { fileName }) {
    const { errors, ...result } = await minify(fileName, code, { module: true, codegen: { legalComments: 'inline' } })
    if (errors.length) this.error(errors[0].message)
    return { code: result.code, map: null }
  },
}

const pageScript = (isChecked) => [
  compile('src/endpoint/page', isChecked),
  nodeResolve({ browser: true }),
  quickMinifier,
]

/** The operator's page beside its script. */
const pageFiles = {
  name: 'page-files',
  generateBundle() {
    for (const fileName of ['page.html', 'page.css', 'parts.css'])
      this.emitFile({ type: 'asset', fileName, source: readFileSync(`src/endpoint/page/${fileName}`) })
  },
}

/** For a tag: the script, and the one for pages without code of their own. */
const tags = [
  ['src/tracker/snippet.ts', 'dist/wasabi.js', lessCookie],
  ['src/html/index.ts', 'dist/wasabi-html.js'],
]

/** To import: in a page's bundle, and on the site's server. */
const modules = [
  ['src/tracker/index.ts', 'index'],
  ['src/server/index.ts', 'server'],
]

export default [
  ...tags.map(([input, file, ...more]) => ({
    input,
    // The compiler has checked all that `'use strict'` would check. No comment names the map: pages would have to load
    // it.
    output: { file, format: 'iife', strict: false, sourcemap: 'hidden' },
    plugins: [
      compile('src/tracker', file === 'dist/wasabi.js'),
      nodeResolve({ browser: true }),
      ...more,
      smallest,
      smaller,
      report,
      compressed,
    ],
  })),
  ...modules.flatMap(([input, name]) => [
    {
      input,
      // js-cookie is included: nothing else has to be installed or mapped.
      output: [
        { file: `dist/${name}.js`, format: 'es', sourcemap: true },
        { file: `dist/${name}.cjs`, format: 'cjs', sourcemap: true },
      ],
      plugins: [compile('src/tracker', false), nodeResolve({ browser: true }), report],
    },
    {
      input,
      output: [{ file: `dist/${name}.d.ts` }, { file: `dist/${name}.d.cts` }],
      plugins: [dts({ tsconfig: 'src/tracker/tsconfig.json' })],
    },
  ]),
  {
    // Pasted into pages unchanged: an expression, not a module, in ES5.
    input: 'src/tracker/stub.js',
    output: { file: 'dist/stub.js', format: 'es' },
    plugins: [terser({ ecma: 5, module: false, compress: { inline: 0 } }), report],
  },
  {
    // The endpoint and the demo around it. Packages are not bundled: they are installed, not shipped.
    input: { 'endpoint/main': 'src/endpoint/main.ts', 'demo/demo': 'demo/server.ts', 'demo/serve': 'demo/serve.ts' },
    output: { dir: 'dist', format: 'es', chunkFileNames: 'endpoint/[name].js' },
    // Code that both entries of the demo share stays in one of them: all chunks are part of the endpoint's package.
    preserveEntrySignatures: 'allow-extension',
    external: (id) => !/^[./]/.test(id),
    plugins: [compile('demo', true), json()],
  },
  {
    input: { page: 'src/endpoint/page/main.ts' },
    output: { dir: 'dist/page', format: 'es' },
    plugins: [...pageScript(true), pageFiles],
  },
  {
    // The demo's inspector shows arrivals, picture and table as the operator's page does.
    input: { parts: 'src/endpoint/page/parts.ts' },
    output: { dir: 'dist/demo', format: 'es' },
    plugins: pageScript(false),
  },
]
