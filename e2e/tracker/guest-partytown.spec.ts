import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { expect, test } from '../support/fixtures'
import { COMPLAIN } from '../support/site'
import { consent, identify, storedKeys, track } from '../support/steps'

const LIBRARY = join(dirname(createRequire(import.meta.url).resolve('@qwik.dev/partytown')), 'lib')

const FILES = ['partytown.js', 'partytown-sw.js', 'partytown-media.js', 'partytown-sandbox-sw.html']

/** The page asks Partytown to forward these calls to the worker. */
const CALLS = ['track', 'identify', 'consent'].map((name) => `wasabi.${name}`)

test(
  'Partytown runs the script in a worker: event, campaign, retry, correction and refusal are as anywhere',
  { tag: '@chromium' },
  async ({ tab, site, endpoint, wasabi }) => {
    for (const name of FILES) {
      const type = name.endsWith('.js') ? 'text/javascript' : 'text/html'
      site.put(`/~partytown/${name}`, {
        html: readFileSync(join(LIBRARY, name), 'utf8'),
        headers: { 'content-type': type },
      })
    }
    site.put('/', {
      html: `<!doctype html><title>Partytown</title><link rel="icon" href="data:,">${COMPLAIN}
        <script>partytown = ${JSON.stringify({ forward: CALLS })}</script><script src="/~partytown/partytown.js"></script>
        ${wasabi({ consent: 'required' }).replace('<script async', '<script type="text/partytown"')}`,
    })
    await tab.goto(site.url('/?utm_source=party'))
    let attempts = 0
    endpoint.weather(() => (attempts++ ? 'up' : { status: 503 }))
    await track(tab, 'SIGN_UP', { interactionId: 'a' })
    await consent(tab, true)
    await identify(tab, '42')
    const events = await endpoint.holds(2)
    expect(events.map(({ body }) => [body.interactionId, body.utmParameters])).toEqual([
      ['a', { utmSource: 'party' }],
      ['a', { utmSource: 'party' }],
    ])
    expect(events.map(({ body }) => body.customerId)).toContain('42')

    endpoint.weather({ status: 503 })
    await track(tab, 'SIGN_UP', { interactionId: 'left' })
    await endpoint.arrived(4)
    // In a worker, storing the event takes some turns of the page's event loop after its request.
    await expect.poll(() => storedKeys(tab)).toContain('wasabi.C.left')
    endpoint.weather('up')
    await tab.reload()
    await endpoint.created(2)

    await consent(tab, false)
    await expect.poll(() => tab.evaluate(() => document.cookie)).toBe('wasabi_consent=denied')
    await tab.goto(site.url('/'))
    await track(tab, 'SIGN_UP', { interactionId: 'refused' })
    await consent(tab, true)
    await track(tab, 'SIGN_UP', { interactionId: 'after' })
    expect((await endpoint.created(3)).map(({ body }) => body.interactionId)).toEqual(['a', 'a', 'left', 'after'])
    expect(site.complaints.filter((line) => !line.includes('answered 503'))).toEqual([])
  },
)
