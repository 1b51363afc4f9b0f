import { existsSync, readFileSync } from 'node:fs'
import { ESLint } from 'eslint'
import { expect, test } from 'vitest'
import { BROWSERS, oldest, readNeeds, type Browser } from './support'
import { table } from './support-table'

/**
 * The oldest browsers that the script runs in. Raising one excludes visitors: the commit has to name the browser and
 * the reason.
 */
const BAR: Readonly<Record<Browser, number>> = {
  chrome: 85,
  edge: 85,
  firefox: 79,
  safari: 14,
  safari_ios: 14,
  samsunginternet_android: 14,
}

const needs = readNeeds()

test('nothing that the script needs is younger than the oldest browsers it is for', () => {
  const young = Object.entries(needs).flatMap(([name, versions]) =>
    Object.entries(BAR)
      .filter(([browser, version]) => versions[browser as Browser] > version)
      .map(
        ([browser, version]) =>
          `${name}: ${BROWSERS[browser as Browser]} has it from ${versions[browser as Browser]}, not in ${version}`,
      ),
  )
  expect(young).toEqual([])
  expect(oldest(needs)).toEqual(BAR)
})

test.each(['dist/wasabi.js', 'dist/stub.js'])('%s is an ES2021 script', async (file) => {
  const eslint = new ESLint({
    overrideConfigFile: true,
    ignore: false,
    overrideConfig: { languageOptions: { ecmaVersion: 2021, sourceType: 'script' } },
  })
  const [result] = await eslint.lintText(readFileSync(file, 'utf8'))
  expect(result?.messages.filter(({ fatal }) => fatal)).toEqual([])
})

/** `npm run support` writes the table. */
test('the README has the table that the data give', async () => {
  const readme = existsSync('README.md') ? readFileSync('README.md', 'utf8') : ''
  const [before, rest] = readme.split('<!-- support -->')
  const [, after] = rest?.split('<!-- /support -->') ?? []
  if (after === undefined) return
  await expect(`${before ?? ''}<!-- support -->\n\n${table(needs)}\n<!-- /support -->${after}`).toMatchFileSnapshot(
    '../../README.md',
  )
})
