import { cpSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { loadConfigFile } from 'rollup/loadConfigFile'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { BUILT, isFresh } from '../../src/build.mjs'

const folder = mkdtempSync(join(tmpdir(), 'wasabi-build-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const SOURCE = 'src/tracker/browser/storage.ts'
const HOUR = 3600

/** Writes a file with an age in seconds. */
const write = (path: string, age: number) => {
  const file = join(folder, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, '')
  utimesSync(file, Date.now() / 1000 - age, Date.now() / 1000 - age)
}

const age = (path: string, seconds: number) => {
  utimesSync(join(folder, path), Date.now() / 1000 - seconds, Date.now() / 1000 - seconds)
}

beforeEach(() => {
  rmSync(folder, { recursive: true })
  mkdirSync(folder)
  for (const path of [SOURCE, 'demo/server.ts', 'demo/site/index.html', 'src/endpoint/README.md']) write(path, HOUR)
  for (const file of ['rollup.config.mjs', 'package.json', 'tsconfig.json']) cpSync(file, join(folder, file))
  for (const file of ['rollup.config.mjs', 'package.json', 'tsconfig.json']) age(file, HOUR)
  for (const path of ['src/tracker/browser', 'src/tracker', 'src/endpoint', 'src', 'demo/site', 'demo']) age(path, HOUR)
  for (const path of BUILT) write(path, HOUR / 2)
})

test('a build is fresh while no source is newer', () => {
  expect(isFresh(folder)).toBe(true)
})

test.each([SOURCE, 'demo/server.ts', 'package.json'])('a build is old once %s has changed', (path) => {
  age(path, 0)
  expect(isFresh(folder)).toBe(false)
})

test('a build is old once a source is deleted', () => {
  rmSync(join(folder, SOURCE))
  expect(isFresh(folder)).toBe(false)
})

test.each(BUILT)('a build without %s is old', (path) => {
  rmSync(join(folder, path))
  expect(isFresh(folder)).toBe(false)
})

test.each(['demo/site/index.html', 'src/endpoint/README.md'])('%s needs no build', (path) => {
  age(path, 0)
  expect(isFresh(folder)).toBe(true)
})

test('each file that is built is looked at', async () => {
  const { options } = await loadConfigFile(resolve('rollup.config.mjs'), { silent: true })
  const files = options.flatMap(({ input, output }) =>
    output.flatMap(({ file, dir = '' }) => file ?? Object.keys(input as object).map((name) => `${dir}/${name}.js`)),
  )
  expect([...BUILT].sort()).toEqual(files.sort())
})
