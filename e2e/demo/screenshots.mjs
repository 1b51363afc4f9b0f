// `npm run screenshots`: opens the demo as a visitor would, and writes its pictures into demo/screenshots, small enough
// for the README.
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { chromium } from 'playwright'
import { findEngines } from '../support/engines.mjs'

const FOLDER = 'demo/screenshots'

const LOOKS = [
  { name: 'desktop-light', colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  { name: 'desktop-dark', colorScheme: 'dark', viewport: { width: 1280, height: 800 } },
  { name: 'phone-light', colorScheme: 'light', viewport: { width: 390, height: 844 } },
  { name: 'phone-dark', colorScheme: 'dark', viewport: { width: 390, height: 844 } },
]

/** The campaigns and actions of earlier visitors, so that the picture has something to show. */
const BEFORE = [
  [
    '/newsletter?utm_source=whisker_letter&utm_medium=email&utm_campaign=issue_12',
    ['SIGN_UP', 'PROMOTION_APPLIED', 'PROMOTION_APPLIED'],
  ],
  [
    '/pricing?utm_source=google&utm_medium=cpc&utm_campaign=search_brand&utm_term=best+kitten+food',
    ['SIGN_UP', 'SIGN_UP'],
  ],
  ['/offers#/rescue?utm_source=instagram&utm_campaign=rescue_story', ['PROMOTION_APPLIED']],
]

const startDemo = async () => {
  const demo = spawn(process.execPath, ['dist/demo/demo.js'], {
    env: { ...process.env, PORT: '0', DATA_FILE: ':memory:' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface(demo.stdout)) {
    const [address] = /http:\S+/.exec(line) ?? []
    if (address) return { demo, address }
  }
  throw new Error('The demo did not start.')
}

const visitBefore = async (browser, { origin }) => {
  const context = await browser.newContext()
  const page = await context.newPage()
  for (const [path, types] of BEFORE) {
    await page.goto(origin + path)
    for (const type of types) await page.evaluate((each) => window.wasabi.track(each), type)
  }
  await page.locator('.arrivals > li').nth(5).waitFor()
  await context.close()
}

const take = async (browser, address, { name, ...look }) => {
  const context = await browser.newContext({ ...look, reducedMotion: 'reduce' })
  const page = await context.newPage()
  const shoot = (what) => page.screenshot({ path: `${FOLDER}/${name}-${what}.png` })
  await page.goto(address.href)
  await page.locator('.arrivals > li').first().waitFor({ state: 'attached' })
  await shoot('shop')
  await page.getByRole('link', { name: 'Go to the app' }).click()
  await page.getByRole('button', { name: 'Sign up' }).click()
  await page.locator('.arrivals > li', { hasText: 'SIGN_UP' }).nth(3).waitFor({ state: 'attached' })
  const toggle = page.getByRole('button', { name: 'Inspector' })
  if ((await toggle.getAttribute('aria-expanded')) === 'false') await toggle.click()
  await shoot('app')
  await page.goto(new URL('/inspector', page.url()).href)
  await page.locator('.inspector canvas').waitFor()
  await page.locator('.inspector tbody tr').nth(2).waitFor({ state: 'attached' })
  await shoot('inspector')
  await context.close()
}

if (spawnSync('npx', ['rollup', '-c', '--silent'], { stdio: 'inherit' }).status !== 0) process.exit(1)
mkdirSync(FOLDER, { recursive: true })
const { path, launchOptions } = findEngines().find(({ name }) => name === 'chromium')
if (!path) {
  console.error('There is no Chromium on this machine yet: npm test brings one.')
  process.exit(1)
}
const browser = await chromium.launch(launchOptions)
for (const look of LOOKS) {
  const { demo, address } = await startDemo()
  await visitBefore(browser, new URL(address))
  await take(browser, new URL(address), look)
  demo.kill()
}
await browser.close()
