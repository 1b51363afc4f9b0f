import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { run } from './run'

declare module 'vitest' {
  export interface ProvidedContext {
    readonly tarball: string
  }
}

const folder = mkdtempSync(join(tmpdir(), 'wasabi-clone-'))

/** The tarball as a stranger would build it: from the commit, without an earlier build. */
export const setup = async ({ provide }: TestProject): Promise<void> => {
  await run('.', ['git', 'clone', '--quiet', '--no-hardlinks', '.', folder])
  await run(folder, ['npm', 'ci', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'])
  const [{ filename }] = JSON.parse(await run(folder, ['npm', 'pack', '--json'])) as [{ filename: string }]
  provide('tarball', join(folder, filename))
}

export const teardown = (): void => {
  rmSync(folder, { recursive: true, force: true })
}
