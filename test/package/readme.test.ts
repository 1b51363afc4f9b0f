import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { fillReadme, readBuild } from './readme'

test('the README has the size, the stub and the hash of what is built (npm run readme writes them)', () => {
  const readme = readFileSync('README.md', 'utf8')
  const filled = fillReadme(readme, readBuild())
  if (process.env.WRITE_README) writeFileSync('README.md', filled)
  else expect(readme).toBe(filled)
})

test('the README is under 250 lines, and every file that it names is there', () => {
  const readme = readFileSync('README.md', 'utf8')
  expect(readme.split('\n').length).toBeLessThan(250)
  for (const [, path = ''] of readme.matchAll(/(?:\]\(|src=")((?:demo|e2e|src|test)\/[^)"]+)/g))
    expect(() => readFileSync(path)).not.toThrow()
})

test('the recipes of the README are the code that the tests run in the frameworks', () => {
  const readme = readFileSync('README.md', 'utf8')
  expect(readme).toContain(readFileSync('e2e/tracker/frameworks/react.js', 'utf8').trim())
  const [swapped = ''] = /<script>wasabi\.track.*<\/script>/.exec(readme) ?? []
  for (const page of ['turbo', 'htmx'])
    expect(readFileSync(`e2e/tracker/frameworks/${page}.html`, 'utf8')).toContain(swapped)
})
