import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject, onTestFinished } from 'vitest'
import { run } from './run'

/**
 * Copies a project into a folder of its own, with the tarball and its own packages installed. The folder is deleted
 * after the test: some are half a gigabyte.
 */
export const install = async (name: string): Promise<string> => {
  const project = mkdtempSync(join(tmpdir(), `wasabi-${name}-`))
  onTestFinished(() => {
    rmSync(project, { recursive: true, force: true })
  })
  cpSync(`test/package/frameworks/${name}`, project, { recursive: true })
  const file = join(project, 'package.json')
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as { readonly dependencies?: object }
  const dependencies = { ...manifest.dependencies, 'wasabi-utm': `file:${inject('tarball')}` }
  writeFileSync(file, JSON.stringify({ ...manifest, dependencies }))
  await run(project, ['npm', 'install', '--prefer-offline', '--no-audit', '--no-fund'])
  return project
}
