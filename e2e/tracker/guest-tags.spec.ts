import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect, test } from '../support/fixtures'
import { COMPLAIN, tag } from '../support/site'
import { arriveAt, attribution, consent, follow, nextSecond, stepBack, track } from '../support/steps'

const JQUERY = readFileSync(createRequire(import.meta.url).resolve('jquery/dist/jquery.min.js'), 'utf8')

const write = (body: string) => ({
  html: `<!doctype html><meta charset="utf-8"><title>Guest</title>${COMPLAIN}${body}`,
})

test(
  'a campaign in the fragment is found though a hash router has replaced it',
  { tag: '@everywhere' },
  async ({ tab, site, endpoint, wasabi }) => {
    site.put('/', write(`<script>history.replaceState('', '', '/#/app')</script>${wasabi()}`))
    await tab.goto(site.url('/#utm_source=hash'))
    await track(tab)
    expect((await endpoint.holds(1))[0]?.body.utmParameters).toEqual({ utmSource: 'hash' })
  },
)

test('a landing that reloads itself before the script runs is a visit, and a reload of a captured one is none', async ({
  tab,
  site,
  wasabi,
}) => {
  site.put('/a', write(wasabi()))
  const reload = `<script>if (!sessionStorage.again) { sessionStorage.again = 1; location.reload() }</script>`
  site.put('/b', write(reload + wasabi().replace('async', 'defer')))
  await tab.goto(site.url('/a?utm_source=old'))
  await nextSecond()
  await follow(tab, '/b?utm_source=new')
  await expect.poll(() => attribution(tab).catch(() => undefined)).toEqual({ utmSource: 'new' })
  await nextSecond()
  await follow(tab, '/a?utm_source=last')
  await nextSecond()
  await stepBack(tab)
  await arriveAt(tab, '/b?utm_source=new')
  await tab.reload()
  expect(await attribution(tab)).toEqual({ utmSource: 'last' })
})

test('beside a form named cookie, a refusal is reported as not stored, and counts for the page', async ({
  tab,
  site,
  endpoint,
  wasabi,
}) => {
  site.put('/', write(`<form name="cookie"></form>${wasabi()}`))
  site.put('/clean', write(wasabi()))
  await tab.goto(site.url('/?utm_source=x'))
  await consent(tab, false)
  await track(tab, 'SIGN_UP', { interactionId: 'refused' })
  await expect.poll(() => site.complaints).toEqual([expect.stringMatching(/consent "false" could not be stored/)])
  // Firefox and WebKit store the refusal though no page can read it back. Chromium does not store it.
  await tab.goto(site.url('/clean'))
  await consent(tab, true)
  await track(tab, 'SIGN_UP', { interactionId: 'after' })
  expect((await endpoint.holds(1)).map(({ body }) => body.interactionId)).toEqual(['after'])
})

test(
  'a tag that jQuery inserts and runs in an element of its own is found',
  { tag: '@chromium' },
  async ({ tab, site, endpoint }) => {
    const html = tag({ endpoint: endpoint.url }).replace('async ', '').replace('</script>', '<\\/script>')
    site.put('/', write(`<script>${JQUERY}</script><body><script>jQuery('body').append('${html}')</script>`))
    await tab.goto(site.url('/?utm_source=jquery'))
    await track(tab)
    expect((await endpoint.holds(1))[0]?.body.utmParameters).toEqual({ utmSource: 'jquery' })
    expect(site.complaints).toEqual([])
  },
)

/** Tags beside another vendor's, one for each way to find the endpoint. */
const BESIDE: Readonly<Record<string, (endpoint: string) => string>> = {
  'options that come after it': (endpoint) =>
    `<script src="/wasabi.js"></script><script>wasabi.init({ endpoint: '${endpoint}' })</script>`,
  'options that come after a tag with an empty one': (endpoint) =>
    `<script src="/wasabi.js" data-endpoint=""></script><script>wasabi.init({ endpoint: '${endpoint}' })</script>`,
  'a module tag': (endpoint) => tag({ endpoint }).replace('async', 'type="module"'),
}

for (const [way, html] of Object.entries(BESIDE))
  test(
    `another vendor's tag with an endpoint is not taken for wasabi's: ${way}`,
    { tag: '@chromium' },
    async ({ tab, site, endpoint }) => {
      // As Vercel Analytics inserts it.
      const vendor =
        '<script type="text/plain" src="/vendor.js" data-endpoint="/vendor" data-consent="required"></script>'
      site.put('/', write(`${vendor}${html(endpoint.url)}`))
      await tab.goto(site.url('/'))
      await track(tab, 'SIGN_UP', { interactionId: 'mine' })
      expect((await endpoint.holds(1))[0]?.body.interactionId).toBe('mine')
      expect(site.complaints.filter((complaint) => !complaint.includes('endpoint ""'))).toEqual([])
    },
  )
