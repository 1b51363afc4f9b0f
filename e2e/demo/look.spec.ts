import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright/test'
import { arrivals, expect, test, type Demo } from '../support/demo'
import { startNamedProxy } from '../support/proxy'

const PHONE = { width: 390, height: 844 }
const THEMES = ['light', 'dark'] as const

const pagesOf = ({ shop, app }: Demo) => [
  shop(),
  shop('/newsletter'),
  shop('/pricing'),
  shop('/offers'),
  shop('/links'),
  app(),
  app('/inspector'),
]

/**
 * The problems that axe finds in each theme: rule and place. The dark theme changes only colours, and at once with
 * reduced motion: only its contrast is checked.
 */
const findings = async (page: Page, but = '.nothing') => {
  const found: string[] = []
  for (const colorScheme of THEMES) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    // The other mode of axe opens a page to combine the results of frames, and there are none.
    const axe = new AxeBuilder({ page }).setLegacyMode().exclude(but)
    const { violations } = await (colorScheme === 'dark' ? axe.withRules(['color-contrast']) : axe).analyze()
    for (const { id, nodes } of violations)
      found.push(`${page.url()} ${colorScheme} ${id}: ${nodes.map(({ html }) => html).join(' ')}`)
  }
  return found
}

/** Every kind of row, and an event that waits. */
const fill = async (page: Page, demo: Demo) => {
  await page.goto(demo.address)
  await page.goto(demo.app())
  await page.getByRole('button', { name: 'Sign up' }).click()
  await expect(arrivals(page)).toHaveCount(1)
  // The buttons below move when the event leaves the outbox and when a row arrives: a press during the move is no
  // click.
  await expect(page.locator('.outbox > li')).toHaveCount(0)
  const open = page.getByRole('button', { name: 'Inspector' })
  if ((await open.getAttribute('aria-expanded')) === 'false') await open.click()
  await page.getByRole('button', { name: 'Send the newest event again' }).click()
  await expect(arrivals(page)).toHaveCount(2)
  await page.getByRole('button', { name: 'Send a broken one' }).click()
  await expect(arrivals(page)).toHaveCount(3)
  await page.getByRole('radio', { name: 'Is away' }).check()
  await page.evaluate(() => window.wasabi?.track('PROMOTION_APPLIED'))
  await expect(page.locator('.outbox > li')).toHaveCount(1)
  for (const details of await page.locator('.inspector details').all())
    await details.evaluate((element: HTMLDetailsElement) => (element.open = true))
}

test('axe finds nothing on any page in either theme', { tag: '@chromium' }, async ({ page, demo }) => {
  await fill(page, demo)
  expect(await findings(page)).toEqual([])
  for (const url of pagesOf(demo)) {
    await page.goto(url)
    await expect(page.locator('.inspector h2')).not.toHaveCount(0)
    // The panel was checked above, with more in it.
    expect(await findings(page, '.panel')).toEqual([])
  }
})

test(
  'axe finds nothing on a phone in either theme, with the panel open and with the question of consent',
  { tag: '@chromium' },
  async ({ page, demo }) => {
    await page.setViewportSize(PHONE)
    await fill(page, demo)
    expect(await findings(page)).toEqual([])
    await page.getByRole('checkbox', { name: 'Ask for consent first' }).click()
    await expect(page.getByRole('button', { name: 'Yes, remember' })).toBeVisible()
    expect(await findings(page)).toEqual([])
  },
)

test('pages and picture follow the visitor’s theme', { tag: '@chromium' }, async ({ page, demo }) => {
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  await page.emulateMedia({ colorScheme: 'light' })
  await fill(page, demo)
  const lines = () =>
    page.locator('.inspector canvas').evaluate((canvas: HTMLCanvasElement) => {
      const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? []
      const colours = Array.from({ length: pixels.length / 4 }, (_, at) => pixels.slice(at * 4, at * 4 + 3).join())
      return ['222,220,205', '54,62,45'].filter((colour) => colours.includes(colour))
    })
  await expect.poll(lines).toEqual(['222,220,205'])
  expect(await ground()).toBe('rgb(251, 249, 243)')
  await page.emulateMedia({ colorScheme: 'dark' })
  await expect.poll(lines).toEqual(['54,62,45'])
  expect(await ground()).toBe('rgb(20, 23, 15)')
})

test(
  'on a phone nothing is wider than the screen, and a visitor gets through the tour',
  { tag: '@chromium' },
  async ({ page, demo }) => {
    await page.setViewportSize(PHONE)
    await page.goto(demo.address)
    await page.getByRole('link', { name: 'Go to the app' }).click()
    await page.getByRole('button', { name: 'Sign up' }).click()
    await expect(page.locator('#panel-summary')).toHaveText('1 stored')
    await page.getByRole('button', { name: 'Inspector' }).click()
    await expect(arrivals(page).first()).toContainText('spring_sale')
    // A sheet of half the height: a visitor can use the page above it and break the endpoint at the same time.
    expect((await page.locator('#panel').boundingBox())?.y).toBeGreaterThan(PHONE.height * 0.4)
    await page.getByRole('radio', { name: 'Loses answers' }).check()
    await page.getByRole('button', { name: 'Restart' }).click()
    await expect(arrivals(page).first()).toContainText('known')
    await page.getByRole('radio', { name: 'Works' }).check()
    await page.locator('#panel').evaluate((panel) => {
      panel.scrollTo(0, 1000)
    })
    await expect(page.getByRole('radio', { name: 'Works' })).toBeInViewport()
    await page.keyboard.press('Escape')
    await expect(page.getByRole('button', { name: 'Inspector' })).toBeFocused()
    await expect(page.getByRole('button', { name: 'Sign up' })).toBeVisible()

    for (const width of [320, PHONE.width]) {
      await page.setViewportSize({ width, height: PHONE.height })
      for (const url of pagesOf(demo)) {
        await page.goto(url)
        expect(await page.evaluate(() => document.documentElement.scrollWidth), url).toBeLessThanOrEqual(width)
      }
    }
  },
)

/**
 * Sends the body of a page line by line, as a slow network or a busy machine does: the next line only after `shown`
 * was called for the last.
 */
const startLineByLine = async () => {
  let show: (() => void) | undefined
  const read = async function* (answer: IncomingMessage) {
    for (const line of (await text(answer)).split(/(?<=<body[^]*\n)/)) {
      yield line
      await new Promise<void>((resolve) => (show = resolve))
    }
  }
  const proxy = await startNamedProxy((answer, response) =>
    (answer.headers['content-type']?.startsWith('text/html') ? Readable.from(read(answer)) : answer).pipe(response),
  )
  return { ...proxy, shown: () => show?.() }
}

for (const viewport of [PHONE, { width: 1440, height: 900 }]) {
  test(
    `nothing shifts while a page comes in line by line, ${viewport.width} pixels wide`,
    { tag: '@chromium' },
    async ({ browser, page: other, demo }) => {
      await fill(other, demo)
      const proxy = await startLineByLine()
      const context = await browser.newContext({ viewport, proxy: { server: proxy.url } })
      const page = await context.newPage()
      await page.exposeFunction('shown', proxy.shown)
      await page.addInitScript(() => {
        const shifts: string[] = []
        Object.assign(window, { shifts })
        const shown = Reflect.get(window, 'shown') as () => Promise<void>
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries() as (PerformanceEntry & {
            value: number
            sources: { node: Element | null }[]
          })[])
            shifts.push(
              `${entry.value.toFixed(3)} ${entry.sources.map(({ node }) => `${node?.nodeName ?? ''}.${node?.className ?? ''}`).join(' ')}`,
            )
        }).observe({ type: 'layout-shift', buffered: true })
        // A frame that contains the line, and a second one after it has been painted.
        const look = () => requestAnimationFrame(() => requestAnimationFrame(() => void shown().then(look)))
        look()
      })
      for (const url of pagesOf(demo)) {
        await page.goto(url)
        await expect(arrivals(page)).not.toHaveCount(0)
        expect(await page.evaluate(() => Reflect.get(window, 'shifts') as string[]), url).toEqual([])
      }
      await context.close()
      await proxy.close()
    },
  )
}

test('the whole tour works by keyboard', { tag: '@chromium' }, async ({ page, demo }) => {
  const tabTo = async (name: string) => {
    const focused = () => page.evaluate(() => document.activeElement?.textContent.trim())
    for (let steps = 0; steps < 40 && (await focused()) !== name; steps++) await page.keyboard.press('Tab')
    expect(await focused()).toBe(name)
  }
  await page.goto(demo.address)
  await page.keyboard.press('Tab')
  await expect(page.getByRole('link', { name: 'Skip to the content' })).toBeFocused()
  await tabTo('Go to the app')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(demo.app())
  await tabTo('Sign up')
  await page.keyboard.press('Space')
  await expect(arrivals(page)).toHaveCount(1)
  await tabTo('Apply promotion')
  await page.keyboard.press('Enter')
  await expect(arrivals(page)).toHaveCount(2)
})

test('a visitor who asks for less motion gets none', { tag: '@chromium' }, async ({ page, demo }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await page.goto(demo.app())
  await page.getByRole('button', { name: 'Sign up' }).click()
  const moving = await page.evaluate(
    () =>
      [...document.querySelectorAll('*')].filter((each) => getComputedStyle(each).transitionDuration !== '0s').length,
  )
  expect(moving).toBe(0)
})
