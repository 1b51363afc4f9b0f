import { expect, test } from '../support/fixtures'
import { hostOf, page } from '../support/site'
import { consent, track } from '../support/steps'
import type { Tab } from '../support/tab'

/** Keeps the lines that the console shows, as a developer reads them. */
const LISTEN = `<script>
  window.lines = []
  for (const kind of ['log', 'warn', 'error']) {
    const real = console[kind]
    console[kind] = (...what) => { lines.push(kind + ': ' + what.join(' ')); real.apply(console, what) }
  }
</script>`

const linesOf = (tab: Tab) => tab.evaluate(() => Reflect.get(window, 'lines') as readonly string[])

/** Waits until the console has a line like this. */
const shows = (tab: Tab, line: RegExp) => expect.poll(() => linesOf(tab)).toContainEqual(expect.stringMatching(line))

test(
  'debug logs an action: recorded, put off and why, stored at last',
  { tag: '@chromium' },
  async ({ tab, site, endpoint, wasabi }) => {
    site.put('/', { html: LISTEN + page(wasabi({ debug: '' })) })
    await tab.goto(site.url('/?utm_source=news'))
    endpoint.weather({ status: 503 })
    await track(tab, 'SIGN_UP', { interactionId: 'order-1' })
    await shows(tab, /^log: wasabi: recorded .*"order-1".*"utmSource":"news"/)
    await shows(tab, /^log: wasabi: retry 503 .*"order-1"/)
    await shows(tab, /^error: wasabi: endpoint "http.*\/customer-actions" answered 503 .*; kept. Check /)
    endpoint.weather('up')
    await shows(tab, /^log: wasabi: accepted .*"order-1"/)
  },
)

test('debug logs which value of a link was left out, and why', { tag: '@chromium' }, async ({ tab, site, wasabi }) => {
  site.put('/', { html: LISTEN + page(wasabi({ debug: '' })) })
  await tab.goto(site.url('/?utm_source=news&utm_term=anna%40example.com'))
  await shows(tab, /^log: wasabi: utm_term left out, an e-mail address$/)
  expect((await linesOf(tab)).filter((line) => line.includes('anna'))).toEqual([])
})

test(
  'debug logs calls that wait, calls that are refused, and actions that are recorded already',
  { tag: '@chromium' },
  async ({ tab, site, wasabi }) => {
    site.put('/', { html: LISTEN + page(wasabi({ debug: '', consent: 'required' })) })
    await tab.goto(site.url('/?utm_source=news'))
    await track(tab, 'SIGN_UP', { interactionId: 'order-1' })
    await shows(tab, /^log: wasabi: track waits for consent$/)
    await consent(tab, true)
    await shows(tab, /^log: wasabi: attributed to /)
    await track(tab, 'SIGN_UP', { interactionId: 'order-1' })
    await shows(tab, /^log: wasabi: order-1 recorded already$/)
    await consent(tab, false)
    await track(tab, 'SIGN_UP')
    await shows(tab, /^log: wasabi: track denied$/)
  },
)

/** Calls on a page with these options, before the script has loaded and after, and the last line of their log. */
const CASES: Readonly<
  Record<string, readonly [options: Readonly<Record<string, string>>, early: string, late: string, last: RegExp]>
> = {
  'calls before and after the script has loaded': [
    {},
    `wasabi.track('SIGN_UP', { interactionId: 'a' })`,
    `wasabi.update('a', { subscriptionContractId: 7 }); wasabi.identify(42); wasabi.reset()
     wasabi.track('SUBSCRIPTION_CANCELLED', { interactionId: 'b' })`,
    /accepted 201 .*"b"/,
  ],
  'calls that wait for consent, again and again': [
    { consent: 'required' },
    `wasabi.track('SIGN_UP', { interactionId: 'a' }); wasabi.identify(42)`,
    `wasabi.attribution(); wasabi.update('a', { customerId: 7 }); wasabi.reset(); wasabi.attribution()`,
    /reset waits for consent/,
  ],
  'calls after a refusal': [
    {},
    `wasabi.consent(false)`,
    `wasabi.track('SIGN_UP', { interactionId: 'a' }); wasabi.identify(42)`,
    /identify denied/,
  ],
  'consent that is late': [
    { consent: 'required' },
    `wasabi.track('SIGN_UP', { interactionId: 'a' })`,
    `wasabi.consent(true); wasabi.update('a', { customerId: 42 })`,
    /accepted .*UPDATED/,
  ],
  'a router that replaces the address, and mistakes': [
    { 'customer-id': 'None' },
    `history.replaceState(null, '', '/home'); wasabi.track('SIGN_UP', { interactionId: 'nil', customerID: 7 })`,
    `wasabi.track('SIGNUP'); wasabi.track('SIGN_UP', { interactionId: '[object Object]' })`,
    /"SIGNUP" does not exist/,
  ],
  'an endpoint that refuses for good': [
    { endpoint: '/refuses' },
    '',
    `wasabi.track('SIGN_UP', { interactionId: 'a' })`,
    /answered 404 without a type/,
  ],
}

test('debug logs each line once, and no missing value', { tag: '@chromium' }, async ({ tab, site, wasabi }) => {
  for (const [index, [what, [options, early, late, last]]] of Object.entries(CASES).entries())
    await test.step(what, async () => {
      site.put('/', { html: LISTEN + page(`<script>${early}</script>${wasabi({ debug: '', ...options })}`) })
      await tab.goto(site.url('/?utm_source=news', hostOf(index)))
      await tab.evaluate((code) => {
        eval(code)
      }, late)
      await shows(tab, last)
      // Each attempt has a line of its own, and a slow page logs the second one, too.
      const lines = (await linesOf(tab)).filter((line) => !/wasabi: retry/.test(line))
      expect(lines.filter((line, at) => lines.indexOf(line) !== at)).toEqual([])
      expect(
        lines.filter((line) => /undefined|null|NaN|\[object /.test(line.replaceAll('"[object Object]"', ''))),
      ).toEqual([])
    })
})

test(
  'without debug nothing is logged while all goes well',
  { tag: '@chromium' },
  async ({ tab, site, endpoint, wasabi }) => {
    site.put('/', { html: LISTEN + page(wasabi()) })
    await tab.goto(site.url('/?utm_source=news&utm_term=anna%40example.com'))
    await track(tab)
    await consent(tab, true)
    await endpoint.holds(1)
    await tab.evaluate(() => fetch('/'))
    expect(await linesOf(tab)).toEqual([])
  },
)

/** A mistake on a page, and the one sentence that reports it: the mistake, its consequence, and the remedy. */
const MISTAKES: Readonly<
  Record<
    string,
    readonly [options: Readonly<Record<string, string>>, act: (tab: Tab) => Promise<unknown>, sentence: RegExp]
  >
> = {
  'an unknown consent mode': [
    { consent: 'optional' },
    () => Promise.resolve(),
    /consent "optional" is not required or implied; using required/,
  ],
  'a slip in the name of an option': [
    { consents: 'required', cookieconsent: 'marketing' },
    () => Promise.resolve(),
    /option "consents" does not exist; ignored. Use debug, cookieDomain, endpoint/,
  ],
  'an absurd window': [
    { 'attribution-days': '1000' },
    () => Promise.resolve(),
    /attribution-days "1000" is not a number from 1 to 400; using 90/,
  ],
  'an endpoint with a password': [
    { endpoint: 'https://anna:secret@example.com/' },
    () => Promise.resolve(),
    /endpoint ".*" is missing, no URL, http on an https page, or has a password; nothing is recorded. Set data-endpoint/,
  ],
  'an id from a missing value': [
    {},
    (tab) => track(tab, 'SIGN_UP', { customerId: 'undefined' }),
    /customerId "undefined" is no id; left out/,
  ],
  'an update of an unknown action': [
    {},
    (tab) => tab.evaluate(() => window.wasabi?.update('never', {})),
    /interactionId "never" was not recorded here; not updated/,
  ],
  'an answer that is none': [
    {},
    (tab) => tab.evaluate(() => (window.wasabi?.consent as (answer: unknown) => void)('yes')),
    /consent "yes" is not true or false; ignored/,
  ],
  'a second init': [
    {},
    (tab) => tab.evaluate(() => window.wasabi?.init({ endpoint: '/' })),
    /init "\/" is ignored; the options are set already/,
  ],
}

test('a mistake is reported in one sentence, with what to do', { tag: '@chromium' }, async ({ tab, site, wasabi }) => {
  for (const [index, [what, [options, act, sentence]]] of Object.entries(MISTAKES).entries())
    await test.step(what, async () => {
      site.put('/', { html: LISTEN + page(wasabi(options)) })
      await tab.goto(site.url('/', hostOf(index)))
      await act(tab)
      await shows(tab, sentence)
      const lines = await linesOf(tab)
      expect(lines).toHaveLength(1)
      expect(lines[0]).toMatch(/^error: wasabi: .*\.$/)
    })
})

test(
  'a console that throws is not a fault that the page hears of, not even when an answer comes',
  { tag: '@chromium' },
  async ({ tab, site, endpoint, wasabi }) => {
    site.put(
      '/',
      `<script>
    window.heard = []
    addEventListener('error', ({ message }) => heard.push(message))
    addEventListener('unhandledrejection', ({ reason }) => heard.push(String(reason)))
    console.error = console.log = () => { throw new Error('no console here') }
  </script>${wasabi({ debug: '' })}`,
    )
    endpoint.weather({ status: 400 })
    await tab.goto(site.url('/'))
    await track(tab, 'SIGN_UP', { interactionId: 'refused' })
    await endpoint.arrived(1)
    // The event is dropped after the answer was logged, or would have been.
    await expect
      .poll(() => tab.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('wasabi.C.'))))
      .toEqual([])
    expect(await tab.evaluate(() => Reflect.get(window, 'heard') as readonly string[])).toEqual([])
  },
)
