import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

const PAGES = [
  'README.md',
  'CHANGELOG.md',
  'src/endpoint/README.md',
  'src/endpoint/deploy/cluster/README.md',
  '.github/CONTRIBUTING.md',
  '.github/SECURITY.md',
]

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Readonly<Record<string, string>> }

/** The anchor that GitHub makes from a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-')

test.each(PAGES)('each link of %s leads somewhere', (page) => {
  // A text like a link in a piece of code is none.
  const text = readFileSync(page, 'utf8').replace(/^```[^]*?^```/gm, '')
  const anchors = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => `#${anchorOf(heading)}`)
  const targets = [...text.matchAll(/\]\(([^)]+)\)|src="([^"{]+)"/g)]
    .map(([, link, source]) => link ?? source ?? '')
    .filter((target) => !target.startsWith('http') && !target.startsWith('/'))
  const missing = targets.filter((target) =>
    target.startsWith('#') ? !anchors.includes(target) : !existsSync(join(dirname(page), target.split('#')[0] ?? '')),
  )
  expect(missing).toEqual([])
})

test.each(PAGES)('each npm command of %s exists', (page) => {
  const named = [...readFileSync(page, 'utf8').matchAll(/npm run ([\w:]+)/g)].map(([, name = '']) => name)
  expect(named.filter((name) => !(name in scripts))).toEqual([])
})
