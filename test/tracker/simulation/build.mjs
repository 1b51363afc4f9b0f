// Builds what the simulation runs: the script with or without a fault in its source, into memory; the lives, for Node.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { rolldown } from 'rolldown'

/**
 * Puts a fault into the source. A text that is not there, or there twice, is an error: the fault would be another one.
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

/** The script, not made small, with this fault in its source. */
export const buildScript = (fault) =>
  codeOf(
    { input: 'src/tracker/snippet.ts', platform: 'browser', plugins: fault ? [seeded(fault)] : [] },
    { format: 'iife' },
  )

/** The lives as one module that Node can run. */
export const buildLives = () =>
  codeOf({ input: 'test/tracker/simulation/index.ts', platform: 'node', external: ['tough-cookie'] }, { format: 'es' })

/** What the pages of a user have. */
export const readBuilt = () => ({
  script: readFileSync('dist/wasabi.js', 'utf8'),
  stub: readFileSync('dist/stub.js', 'utf8'),
})
