import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { fillReadme, pinReadme, readBuild } from './readme'

/**
 * `readme` writes stub and size, `release` also the pinned version and its hash. Without either, this suite only
 * reads.
 */
const { WRITE_README: written } = process.env

if (written) {
  const build = readBuild()
  const filled = fillReadme(readFileSync('README.md', 'utf8'), build)
  writeFileSync('README.md', written === 'release' ? pinReadme(filled, build) : filled)
}

test('the README changes with a version, not with each byte of the script', () => {
  const readme = readFileSync('README.md', 'utf8')
  const built = { bytes: 4_449, stub: '<script>0</script>', integrity: 'sha384-abc', version: '9.8.7' }
  const filled = fillReadme(readme, built)
  expect(filled).toContain('<!-- size -->4.4<!-- /size --> kB')
  expect(filled).toContain(`\n${built.stub}\n`)
  expect(fillReadme(readme, { ...built, bytes: 4_351 })).not.toBe(fillReadme(readme, { ...built, bytes: 4_349 }))
  expect(fillReadme(readme, { ...built, bytes: 4_351 })).toBe(filled)

  const pinned = pinReadme(readme, built)
  expect(pinned).toContain('/wasabi-9.8.7.js" integrity="sha384-abc" crossorigin')
  expect(pinReadme(filled, built)).toBe(fillReadme(pinned, built))
})

test('the README has fewer than 230 lines with something on them, and every file that it names is there', () => {
  const readme = readFileSync('README.md', 'utf8')
  expect(readme.split('\n').filter(Boolean).length).toBeLessThan(230)
  for (const [, path = ''] of readme.matchAll(/(?:\]\(|src=")((?:demo|e2e|src|test)\/[^)"]+)/g))
    expect(() => readFileSync(path)).not.toThrow()
})

test('the recipes of the README are the code that the tests run in the frameworks', () => {
  const readme = readFileSync('README.md', 'utf8')
  for (const file of ['e2e/tracker/frameworks/react.js', 'test/package/frameworks/express/campaign.js'])
    expect(readme).toContain(readFileSync(file, 'utf8').trim())
  const [swapped = ''] = /<script>wasabi\.track.*<\/script>/.exec(readme) ?? []
  for (const page of ['turbo', 'htmx'])
    expect(readFileSync(`e2e/tracker/frameworks/${page}.html`, 'utf8')).toContain(swapped)
})
