// Builds the parts of the simulation: the script in memory, with or without a fault in its source, and the lives for
// Node.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { rolldown } from 'rolldown'

/**
 * Puts a fault into the source. It is an error if the text is missing or occurs twice: the fault would be another
 * one.
 */
const seeded = ({ name, file, text, instead }) => ({
  name: 'seeded-fault',
  transform(code, id) {
    if (id !== resolve(file)) return null
    if (code.split(text).length !== 2) throw new Error(`"${name}": ${file} has not once: ${text}`)
    return { code: code.replace(text, () => instead), map: null }
  },
})

const codeOf = async (input, output) => {
  const bundle = await rolldown(input)
  const { output: chunks } = await bundle.generate(output)
  await bundle.close()
  return chunks[0].code
}

/** The script, not minified, with this fault in its source. */
export const buildScript = (fault) =>
  codeOf(
    { input: 'src/tracker/snippet.ts', platform: 'browser', plugins: fault ? [seeded(fault)] : [] },
    { format: 'iife' },
  )

/** The lives as one module that Node can run. */
export const buildLives = () =>
  codeOf({ input: 'test/tracker/simulation/index.ts', platform: 'node', external: ['tough-cookie'] }, { format: 'es' })

/** The built files that the pages of a user load. */
export const readBuilt = () => ({
  script: readFileSync('dist/wasabi.js', 'utf8'),
  stub: readFileSync('dist/stub.js', 'utf8'),
})
