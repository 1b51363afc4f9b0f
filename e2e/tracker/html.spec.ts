import { readFileSync } from 'node:fs'
import { expect, test } from '../support/fixtures'

const HTML = readFileSync('dist/wasabi-html.js', 'utf8')

/** The second tag, as the README has it. */
const tag = (domains = '') => `<script async src="/wasabi-html.js" data-link-domains="${domains}"></script>`

test.beforeEach(({ site }) => {
  site.put('/wasabi-html.js', { html: HTML, headers: { 'content-type': 'text/javascript' } })
})

test(
  'form, button and what is there are recorded without code',
  { tag: '@everywhere' },
  async ({ tab, site, endpoint, wasabi }) => {
    site.put('/next', 'next')
    site.put(
      '/',
      `${wasabi()}${tag()}
    <form action="/next" data-wasabi-track="SIGN_UP" data-wasabi-interaction-id="form"><input type="hidden" name="campaign" data-wasabi-field="utmCampaign"><button>Go</button></form>
    <button id="cancel" data-wasabi-track="SUBSCRIPTION_CANCELLED" data-wasabi-interaction-id="click" data-wasabi-customer-id="42" data-wasabi-subscription-contract-id="c1"><b>x</b></button>
    <i data-wasabi-track="PROMOTION_APPLIED" data-wasabi-on="load" data-wasabi-interaction-id="there"></i>`,
    )
    await tab.goto(site.url('/?utm_campaign=spring'))
    await tab.evaluate(() => {
      document.querySelector<HTMLElement>('#cancel b')?.click()
      const late = document.createElement('p')
      late.innerHTML =
        '<i data-wasabi-track="PROMOTION_APPLIED" data-wasabi-on="load" data-wasabi-interaction-id="late"></i>'
      document.body.append(late)
    })
    await endpoint.holds(3)
    await tab.evaluate(() => {
      document.querySelector<HTMLElement>('form button')?.click()
    })
    const events = await endpoint.holds(4)
    const of = (id: string) => events.find(({ body }) => body.interactionId === id)?.body
    expect(of('form')).toMatchObject({ interaction: { type: 'SIGN_UP' }, utmParameters: { utmCampaign: 'spring' } })
    expect(of('click')).toMatchObject({ customerId: '42', interaction: { subscriptionContractId: 'c1' } })
    expect(of('there')?.interaction.type).toBe('PROMOTION_APPLIED')
    expect(of('late')?.interaction.type).toBe('PROMOTION_APPLIED')
    // A page that navigates has no address for a moment.
    await expect(async () => {
      expect(await tab.evaluate(() => location.search)).toBe('?campaign=spring')
    }).toPass()
    expect(site.complaints).toEqual([])
  },
)

test(
  'a link and a form to a domain of the site carry the campaign, unless they have one',
  { tag: '@everywhere' },
  async ({ tab, site, wasabi }) => {
    const there = site.url('/there', '127.0.0.1')
    site.put('/there', 'there')
    site.put(
      '/',
      `${wasabi()}${tag('127.0.0.1 https://shop.example')}<a id="plain" href="${there}?a=1#x">a</a><a id="own" href="${there}?utm_source=own">b</a>
      <a id="other" href="https://other.example/">c</a><form action="${there}"><input name="q" value="1"></form>`,
    )
    await tab.goto(site.url('/?utm_source=news&utm_term=cats+food'))
    const pressed = await tab.evaluate(() =>
      ['plain', 'own', 'other'].map((id) => {
        const link = document.getElementById(id) as HTMLAnchorElement
        link.dispatchEvent(new MouseEvent('mousedown', { bubbles: true, button: 1 }))
        return link.href
      }),
    )
    expect(pressed).toEqual([
      `${there}?a=1&utm_source=news&utm_term=cats%2Bfood#x`,
      `${there}?utm_source=own`,
      'https://other.example/',
    ])
    await expect.poll(() => site.complaints).toEqual(['wasabi: "https://shop.example" is no domain; ignored.'])
    await tab.evaluate(() => {
      document.querySelector('form')?.requestSubmit()
    })
    // A page that navigates has no address for a moment.
    await expect(async () => {
      expect(await tab.evaluate(() => location.href)).toBe(`${there}?q=1&utm_source=news&utm_term=cats%2Bfood`)
    }).toPass()
  },
)

test(
  'without the stub, what comes before the script waits for it',
  { tag: '@everywhere' },
  async ({ tab, site, endpoint, wasabi }) => {
    const release = site.holdScript()
    site.put('/', {
      html: `<!doctype html><title>No stub</title>${tag().replace('async ', '')}<i data-wasabi-track="SIGN_UP" data-wasabi-on="load" data-wasabi-interaction-id="early"></i>
        <script>document.head.append(Object.assign(document.createElement('script'), { src: '/released' }))</script>${wasabi()}`,
    })
    const asked = site.asked('/released')
    const arrived = tab.goto(site.url('/'))
    await asked
    release()
    await arrived
    expect((await endpoint.holds(1))[0]?.body.interactionId).toBe('early')
  },
)

test('after a refusal no link carries the campaign, and nothing is recorded', async ({
  tab,
  site,
  endpoint,
  wasabi,
}) => {
  site.put(
    '/',
    `${wasabi({ consent: 'required' })}${tag('127.0.0.1')}<a href="${site.url('/', '127.0.0.1')}" data-wasabi-track="SIGN_UP">a</a>`,
  )
  await tab.goto(site.url('/?utm_source=news'))
  const href = await tab.evaluate(() => {
    window.wasabi?.consent(false)
    const link = document.querySelector('a') as HTMLAnchorElement
    addEventListener('click', (event) => event.preventDefault())
    link.click()
    return link.href
  })
  expect(href).toBe(site.url('/', '127.0.0.1'))
  expect(await endpoint.holds(0)).toEqual([])
})

test('mistakes in attributes are one sentence each, and the rest works', async ({ tab, site, endpoint, wasabi }) => {
  site.put(
    '/',
    `${wasabi()}${tag()}<b data-wasabi-track="SIGNUP"></b><form><p data-wasabi-field="utmSource"></p><input data-wasabi-field="campaign"></form>
    <i data-wasabi-track="SIGN_UP" data-wasabi-interaction-id="right"></i>`,
  )
  await tab.goto(site.url('/?utm_source=news'))
  await tab.evaluate(() => {
    for (const name of ['b', 'i']) document.querySelector<HTMLElement>(name)?.click()
    addEventListener('submit', (event) => event.preventDefault())
    document.querySelector('form')?.requestSubmit()
  })
  expect((await endpoint.holds(1))[0]?.body.interactionId).toBe('right')
  await expect.poll(() => site.complaints).toHaveLength(3)
  expect([...site.complaints].sort()).toEqual([
    'wasabi: "campaign" is no field; ignored.',
    'wasabi: "utmSource" is no field; ignored.',
    expect.stringMatching(/^wasabi: action "SIGNUP" does not exist/),
  ])
})
