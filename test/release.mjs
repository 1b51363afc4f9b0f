// `npm run release -- 1.2.3` sets the version, builds, tests, and writes the version and the hash into the README. It
// commits nothing and publishes nothing: it prints the remaining steps.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const [version = ''] = process.argv.slice(2)

const stop = (sentence) => {
  console.error(sentence)
  process.exit(1)
}

const run = (command, args, env = {}) => {
  console.log(`\n— ${[command, ...args].join(' ')}`)
  const options = { stdio: 'inherit', shell: process.platform === 'win32', env: { ...process.env, ...env } }
  if (spawnSync(command, args, options).status !== 0) stop(`${command} ${args[0]} failed: nothing is released.`)
}

if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) stop('Name the version: npm run release -- 1.2.3')
if (!readFileSync('CHANGELOG.md', 'utf8').includes(`\n## ${version}\n`))
  stop(`CHANGELOG.md has no heading "## ${version}": write down first what changes for its users.`)

run('npm', [
  'version',
  version,
  '--no-git-tag-version',
  '--allow-same-version',
  '--workspaces',
  '--include-workspace-root',
])
run('npx', ['rollup', '-c'])
run('npx', ['vitest', 'run', '--config', 'test/vitest.config.ts', 'package/readme', 'package/support', '-u'], {
  WRITE_README: 'release',
})
run('npm', ['test'])

console.log(`\nVersion ${version} is ready. Look at git diff, then:
  git commit -am "Release ${version}" && git tag v${version}
  npm publish && npm publish --workspace src/endpoint`)
