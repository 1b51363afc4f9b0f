import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { live } from './simulation/life'

const built = { script: readFileSync('dist/wasabi.js', 'utf8'), stub: readFileSync('dist/stub.js', 'utf8') }

const README = readFileSync('README.md', 'utf8')

/** The first column of the table of what is stored: `wasabi.C.…` means each key with this beginning. */
const namesOfReadme = () => {
  const [, table = ''] = /## What is stored[\s\S]*?\n((?:\|.*\n)+)/.exec(README) ?? []
  return [...table.matchAll(/^\|([^|]*)/gm)].flatMap(([, names = '']) =>
    [...names.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
  )
}

test('pages store only under names that the README states: another name forgets every visitor', async () => {
  const stored = new Set<string>()
  for (let seed = 0; seed < 60; seed++) for (const name of (await live(built, seed)).stored) stored.add(name)
  const names = [...stored].map((name) => name.replace(/^(wasabi\.[A-Z]\.).*/, '$1…'))
  expect([...new Set(names)].sort()).toEqual(namesOfReadme().sort())
})
