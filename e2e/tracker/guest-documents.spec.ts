import { expect, test } from '../support/fixtures'
import { page, STUB } from '../support/site'

const CALL = `<script>wasabi.track('SIGN_UP', { interactionId: 'one' })</script>`

/** A page that another page makes: it needs the script's whole address. */
const made = (tag: string, origin: string) => STUB + tag.replace('/wasabi.js', `${origin}/wasabi.js`) + CALL

const asText = (html: string) => JSON.stringify(html).replaceAll('</', '<\\/')

const XHTML = (body: string) =>
  `<html xmlns="http://www.w3.org/1999/xhtml"><head><title>XHTML</title></head><body>${body}</body></html>`

/** Documents that are not a plain page with a plain tag, and the campaign of a call in them: their own, or none. */
const DOCUMENTS: Readonly<
  Record<
    string,
    readonly [
      write: (
        tag: string,
        origin: string,
      ) => string | { readonly html: string; readonly headers: Record<string, string> },
      campaign: string | undefined,
    ]
  >
> = {
  'XHTML, with the stub unescaped': [
    (tag) => ({
      html: XHTML(STUB + tag.replace('async', 'async="async"') + CALL),
      headers: { 'content-type': 'application/xhtml+xml' },
    }),
    'doc',
  ],
  'a document with a base elsewhere': [
    (tag) => `<base href="https://elsewhere.example/a/">${tag.replace('/wasabi.js', 'ORIGIN/wasabi.js')}${CALL}`,
    'doc',
  ],
  'a tag that is written while the page loads': [
    (tag) => `<script>document.write(${asText(tag)})</script>${CALL}`,
    'doc',
  ],
  'a tag in the body, twice, with a call between': [(tag) => `<p>x</p>${tag}${CALL}${tag}`, 'doc'],
  'a page with a module loader': [
    (tag) =>
      `<script>var define = () => {}; define.amd = {}; var module = { exports: {} }, exports = module.exports</script>${tag}${CALL}`,
    'doc',
  ],
  'a frame without an address of its own': [
    (tag, origin) =>
      `<iframe id="f"></iframe><script>f.contentDocument.write(${asText(made(tag, origin))}); f.contentDocument.close()</script>`,
    // `document.open` assigns to it the address of the page that writes it (HTML, 8.4.1).
    'doc',
  ],
  'a page out of memory': [
    (tag, origin) =>
      `<iframe id="f"></iframe><script>f.src = URL.createObjectURL(new Blob([${asText(made(tag, origin))}], { type: 'text/html' }))</script>`,
    undefined,
  ],
  'a page that writes itself anew': [
    (tag, origin) =>
      `<script>addEventListener('load', () => { document.open(); document.write(${asText(made(tag, origin))}); document.close() })</script>`,
    'doc',
  ],
}

for (const [what, [write, campaign]] of Object.entries(DOCUMENTS)) {
  test(
    `${what}: the call arrives, with its campaign`,
    { tag: '@chromium' },
    async ({ tab, site, endpoint, wasabi }) => {
      const written = write(wasabi(), site.url('').replace(/\/$/, ''))
      site.put('/', typeof written === 'string' ? { html: page(written.replaceAll('ORIGIN', site.url(''))) } : written)
      await tab.goto(site.url('/?utm_source=doc'))
      const [event] = await endpoint.holds(1)
      expect(event?.body.interactionId).toBe('one')
      expect(event?.body.utmParameters?.['utmSource']).toBe(campaign)
      expect(site.complaints.filter((line) => !line.includes('has it already'))).toEqual([])
    },
  )
}

test(
  'an endpoint that is relative is one of the document, wherever its base is',
  { tag: '@chromium' },
  async ({ tab, site, endpoint, wasabi }) => {
    const { origin, pathname } = new URL(endpoint.url)
    site.put(
      '/',
      `<base href="${origin}/deep/er/">${wasabi({ endpoint: `../..${pathname}` }).replace('/wasabi.js', site.url('/wasabi.js'))}${CALL}`,
    )
    await tab.goto(site.url('/?utm_source=base'))
    expect((await endpoint.holds(1))[0]?.body.utmParameters).toEqual({ utmSource: 'base' })
  },
)
