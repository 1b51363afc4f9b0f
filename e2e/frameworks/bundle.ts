import { resolve } from 'node:path'
import commonjs from '@rollup/plugin-commonjs'
import nodeResolve from '@rollup/plugin-node-resolve'
import { rollup, type Plugin } from 'rollup'

/** Where a bundler finds the package under its name, once it is installed. */
const WASABI = resolve('dist/index.js')

const entry = (code: string): Plugin => ({
  name: 'entry',
  resolveId: (id) => (id === 'wasabi' ? WASABI : id === 'entry' ? resolve('e2e/frameworks/entry.js') : undefined),
  load: (id) => (id.endsWith('/entry.js') ? code : undefined),
})

/** What a bundler makes of a module, for development as frameworks call it: React runs effects twice there. */
export const bundle = async (code: string): Promise<string> => {
  const bundled = await rollup({
    input: 'entry',
    plugins: [entry(code), nodeResolve({ browser: true }), commonjs()],
    onwarn: (warning) => {
      if (warning.code !== 'MODULE_LEVEL_DIRECTIVE') throw new Error(warning.message)
    },
  })
  const { output } = await bundled.generate({ format: 'es', banner: "const process = { env: { NODE_ENV: 'development' } }" })
  return output[0].code
}
