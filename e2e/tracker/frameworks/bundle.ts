import { resolve } from 'node:path'
import { rolldown } from 'rolldown'

/** The endpoint that the recipes name. */
export const EXAMPLE = 'https://collect.example.com/customer-actions'

const ENTRY = resolve('e2e/tracker/frameworks/entry.js')

/**
 * What Vite's bundler makes of a module of this folder, for development: that is
 * where React runs effects twice.
 */
export const bundle = async (code: string, endpoint = EXAMPLE): Promise<string> => {
  const bundled = await rolldown({
    input: ENTRY,
    // Where the package is under its name, once it is installed.
    resolve: { alias: { 'wasabi-utm': resolve('dist/index.js') } },
    transform: { define: { 'process.env.NODE_ENV': '"development"' } },
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === ENTRY ? id : undefined),
        load: (id) => (id === ENTRY ? code : undefined),
        transform: (text) => (text.includes(EXAMPLE) ? text.replace(EXAMPLE, endpoint) : undefined),
      },
    ],
  })
  const { output } = await bundled.generate({ format: 'es' })
  return output[0].code
}
