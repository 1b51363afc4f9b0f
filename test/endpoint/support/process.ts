import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, onTestFinished } from 'vitest'
import { rmSync } from 'node:fs'
import type { Place } from './stores'

export const root = fileURLToPath(new URL('../../..', import.meta.url))

/** The tracker that the tests serve. */
export const scriptText = 'globalThis.wasabi = {}\n'

type Environment = Readonly<Record<string, string>>

/** A store's place as environment variables. */
export const environmentOf = ({ file, database }: Place): Environment => ({
  ...(file !== undefined && { DATA_FILE: file }),
  ...(database !== undefined && { DATABASE_URL: database }),
})

/** Runs the endpoint as it was built before the first test, for one test file, with a tracker of the tests' own. */
export const useProgram = (name: string) => {
  // Inside the project, where Node finds its packages.
  const folder = `${root}test-results/${name}`
  mkdirSync(`${folder}/dist`, { recursive: true })
  writeFileSync(`${folder}/dist/wasabi.js`, scriptText)
  for (const part of ['endpoint', 'page']) cpSync(`${root}dist/${part}`, `${folder}/dist/${part}`, { recursive: true })
  cpSync(`${root}package.json`, `${folder}/package.json`)
  afterAll(() => {
    rmSync(folder, { recursive: true })
  })

  const run = (env: Environment, ...args: readonly string[]): ChildProcess => {
    const { BEFORE: before, ...rest } = env
    const command = [process.execPath, `${folder}/dist/endpoint/main.js`, ...args]
    const [file = '', ...words] = before === undefined ? command : ['sh', '-c', `${before}; exec "$0" "$@"`, ...command]
    const child = spawn(file, words, { env: { ...process.env, RATE_LIMIT: '0', ...rest } })
    onTestFinished(() => {
      child.kill('SIGKILL')
    })
    return child
  }

  return {
    run,

    /** The file that Node runs. */
    file: `${folder}/dist/endpoint/main.js`,

    /** Starts the endpoint on a free port. Its shell runs `before` first. */
    start: async (env: Environment, before?: string) => {
      const child = run({ PORT: '0', ...env, ...(before !== undefined && { BEFORE: before }) })
      const log: string[] = []
      for (const output of [child.stdout, child.stderr])
        output?.on('data', (chunk: Buffer) => log.push(chunk.toString()))
      await Promise.race([once(child.stdout ?? child, 'data'), once(child, 'exit')])
      const url = /http:\S+/.exec(log.join(''))?.[0] ?? ''
      const post = async (body: string) => (await fetch(url, { method: 'POST', body })).status
      return { child, url, origin: url.replace(/\/customer-actions$/, ''), post, log }
    },

    /** Runs a command to its end. */
    command: async (env: Environment, args: readonly string[], input: string | undefined = undefined) => {
      const child = run(env, ...args)
      child.stdin?.end(input ?? '')
      const [output, errors] = await Promise.all(
        [child.stdout, child.stderr].map((stream) => (stream ? text(stream) : '')),
      )
      if (child.exitCode === null) await once(child, 'exit')
      return { code: child.exitCode, output: output ?? '', errors: errors ?? '' }
    },
  }
}
