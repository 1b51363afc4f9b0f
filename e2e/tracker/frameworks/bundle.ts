import { resolve } from 'node:path'
import { rolldown } from 'rolldown'

/** The endpoint in the recipes. */
export const EXAMPLE = 'https://collect.example.com/customer-actions'

const ENTRY = resolve('e2e/tracker/frameworks/entry.js')

/** Bundles a module of this folder with Vite's bundler, for development: only there does React run effects twice. */
export const bundle = async (code: string, endpoint = EXAMPLE): Promise<string> => {
  const bundled = await rolldown({
    input: ENTRY,
    // The file of the package under its name, as after an installation.
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
