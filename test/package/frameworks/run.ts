import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** A project's own environment, not that of the tests, with which it would build for tests. */
export const environmentOf = (endpoint: string): NodeJS.ProcessEnv => {
  const own = { ENDPOINT: endpoint, VITE_ENDPOINT: endpoint, NEXT_PUBLIC_ENDPOINT: endpoint }
  const quiet = { NO_COLOR: '1', NEXT_TELEMETRY_DISABLED: '1', CI: '1' }
  const tests = { NODE_ENV: undefined, VITEST: undefined }
  return { ...process.env, ...tests, ...own, ...quiet } as unknown as NodeJS.ProcessEnv
}

/** Runs a command to its end. If it fails, the error contains its output. */
export const run = async (cwd: string, [command = '', ...args]: readonly string[], endpoint = ''): Promise<string> => {
  const { stdout } = await execute(command, args, { cwd, env: environmentOf(endpoint), maxBuffer: 2 ** 26 })
  return stdout
}
