import { spawn, type SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'

/** A program that ends with this process, or before it when it is stopped. */
export const startChild = (command: string, args: readonly string[], options: SpawnOptions = {}) => {
  const child = spawn(command, args, { stdio: 'ignore', ...options })
  const kill = () => void child.kill()
  process.once('exit', kill)
  /** Resolves when it has ended, with the reason, whether or not it was stopped. */
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => resolve(`${command} ended: ${code ?? signal}`))
  })
  return {
    stdout: child.stdout,
    ended,
    async stop() {
      process.off('exit', kill)
      kill()
      await ended
    },
  }
}

/** The result, or an error if the program that should produce it ends first. */
export const orEnded = <Result>(result: Promise<Result>, ended: Promise<string>): Promise<Result> =>
  Promise.race([
    result,
    ended.then((how) => {
      throw new Error(how)
    }),
  ])

/** A screen that nobody looks at, under a free number. */
export const startDisplay = async () => {
  const { stdout, ended, stop } = startChild(
    'Xvfb',
    ['-displayfd', '1', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp'],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  )
  const [number] = (await orEnded(once(stdout as Readable, 'data'), ended)) as [Buffer]
  return { env: { ...process.env, DISPLAY: `:${number.toString().trim()}` }, stop }
}
