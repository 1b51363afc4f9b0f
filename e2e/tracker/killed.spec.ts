import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findEngines } from '../support/engines.mjs'
import { expect, test } from '../support/fixtures'

/**
 * Whether Chromium has written the event to the disk. It does so 5 s after a first change (dom_storage,
 * kCommitDefaultDelaySecs), and later on a busy machine: before that, a kill would leave nothing.
 */
const isWrittenDown = async (profile: string) => {
  const folder = join(profile, 'Default/Local Storage/leveldb')
  const names = await readdir(folder).catch(() => [])
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'latin1').catch(() => '')))
  return texts.some((text) => text.includes('wasabi.C.a'))
}

const chromium = findEngines().find(({ name }) => name === 'chromium')

/**
 * Without a driver, so that the death is sudden. In a process group of its own: the browser is more than one process.
 */
const start = (profile: string, url: string) => {
  const child = spawn(
    String(chromium?.path),
    [
      '--headless=new',
      '--no-sandbox',
      '--no-first-run',
      '--disable-gpu',
      `--user-data-dir=${profile}`,
      ...(chromium?.launchOptions.args ?? []),
      url,
    ],
    { detached: true, stdio: 'ignore' },
  )
  return async () => {
    process.kill(-Number(child.pid), 'SIGKILL')
    await once(child, 'exit')
  }
}

// Without a driver, only one engine's way of writing storage to the disk can be tested.
test(
  'an event survives the sudden death of the whole browser, once it is written down',
  { tag: '@chromium' },
  async ({ site, endpoint, wasabi }) => {
    const profile = await mkdtemp(join(tmpdir(), 'wasabi-'))
    site.put(
      '/',
      `${wasabi()}<script>wasabi.track('SIGN_UP', { interactionId: 'a' }); addEventListener('load', () => fetch('/tracked'))</script>`,
    )
    site.put('/later', wasabi())
    await endpoint.goAway()
    const tracked = site.asked('/tracked')
    const kill = start(profile, site.url('/'))
    await tracked
    await expect.poll(() => isWrittenDown(profile)).toBe(true)
    await kill()
    await endpoint.comeBack()
    const killAgain = start(profile, site.url('/later'))
    const events = await endpoint.holds(1)
    await killAgain()
    expect(events.map(({ body }) => body.interactionId)).toEqual(['a'])
    await rm(profile, { recursive: true, force: true })
  },
)
