import { readFileSync } from 'node:fs'
import { expect, test } from '../support/fixtures'
import type { Tab } from '../support/tab'

const HTML = readFileSync('dist/wasabi-html.js', 'utf8')

/** The second tag, as in the README. */
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
        link.dispatchEvent(new MouseEvent('pointerdown', { bubbles: true }))
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

test('without the stub, an action of the page waits for the script', async ({ tab, site, endpoint, wasabi }) => {
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
})

test('a script that comes long after the page finds the actions that wait for it', async ({ tab, site, endpoint }) => {
  site.put('/', {
    html: `<!doctype html><title>No stub</title>${tag()}
        <i data-wasabi-track="SIGN_UP" data-wasabi-on="load" data-wasabi-interaction-id="early"></i>`,
  })
  await tab.goto(site.url('/'))
  await tab.evaluate((url) => {
    const script = Object.assign(document.createElement('script'), { src: '/wasabi.js' })
    script.dataset['endpoint'] = url
    document.head.append(script)
  }, endpoint.url)
  expect((await endpoint.holds(1))[0]?.body.interactionId).toBe('early')
})

test('a page that has the second tag twice records once', async ({ tab, site, endpoint, wasabi }) => {
  site.put(
    '/',
    `${wasabi()}${tag()}${tag()}<i data-wasabi-track="SIGN_UP" data-wasabi-on="load"></i><b data-wasabi-track="SIGN_UP"></b>`,
  )
  await tab.goto(site.url('/'))
  await tab.evaluate(() => document.querySelector('b')?.click())
  expect(await endpoint.holds(2)).toHaveLength(2)
  expect(endpoint.arrivals).toHaveLength(2)
})

/** Presses links, and returns the address of each after that. */
const pressed = (tab: Tab, ...ids: readonly string[]) =>
  tab.evaluate(
    (names) =>
      names.map((id) => {
        const link = document.getElementById(id) as HTMLAnchorElement
        link.dispatchEvent(new MouseEvent('pointerdown', { bubbles: true }))
        return link.href
      }),
    ids,
  )

const WAYS: Readonly<Record<string, (tab: Tab) => Promise<unknown>>> = {
  'a click': (tab) => tab.click('a'),
  'a middle click, which opens a tab': (tab) => tab.click('a', { button: 'middle' }),
  'the keyboard': (tab) => tab.press('a', 'Enter'),
}

test(
  'a link carries the campaign, however it is followed',
  { tag: '@everywhere' },
  async ({ newTab, site, wasabi }) => {
    site.put('/there', 'there')
    site.put('/', `${wasabi()}${tag('127.0.0.1')}<a href="${site.url('/there', '127.0.0.1')}">away</a>`)
    for (const [way, follow] of Object.entries(WAYS)) {
      // A tab of its own: the last one is navigating.
      const tab = await newTab()
      await tab.goto(site.url('/?utm_source=news'))
      const asked = site.asked('/there')
      await follow(tab)
      expect(await asked, way).toBe('/there?utm_source=news')
    }
  },
)

test('a link has the campaign when its menu opens', async ({ tab, site, wasabi }) => {
  site.put('/', `${wasabi()}${tag('127.0.0.1')}<a href="http://127.0.0.1/">away</a>`)
  await tab.goto(site.url('/?utm_source=news'))
  const shown = await tab.evaluate(() => {
    const link = document.querySelector('a') as HTMLAnchorElement
    // The context menu by its key, without a press before.
    link.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true }))
    return link.href
  })
  expect(shown).toBe('http://127.0.0.1/?utm_source=news')
})

test('domains may be written as people write them', async ({ tab, site, wasabi }) => {
  site.put(
    '/',
    `${wasabi()}${tag('Bücher.example  SHOP.Example *.star.example .dot.example a/b %')}
    <a id="idn" href="https://www.bücher.example/"></a><a id="upper" href="https://shop.EXAMPLE/"></a>
    <a id="near" href="https://myshop.example/"></a>`,
  )
  await tab.goto(site.url('/?utm_source=news'))
  expect(await pressed(tab, 'idn', 'upper', 'near')).toEqual([
    'https://www.xn--bcher-kva.example/?utm_source=news',
    'https://shop.example/?utm_source=news',
    'https://myshop.example/',
  ])
  await expect.poll(() => site.complaints).toHaveLength(4)
  expect([...site.complaints].sort()).toEqual(
    ['%', '*.star.example', '.dot.example', 'a/b'].map((text) => `wasabi: "${text}" is no domain; ignored.`),
  )
})

/** Forms that lead to another site or stay, the ways to send them, and the address that is requested. */
const FORMS = [
  {
    title: 'elsewhere by its button',
    form: '<form action="/here"><input name="action" value="1"><button formaction="THERE"></button></form>',
    go: () => document.querySelector('button')?.click(),
    asked: '/there?action=1&utm_source=news',
  },
  {
    title: 'home by its button',
    form: '<form action="THERE"><input name="method" value="2"><button formaction="/here"></button></form>',
    go: () => document.querySelector('button')?.click(),
    asked: '/here?method=2',
  },
  {
    title: 'by POST by its button',
    form: '<form action="THERE?a=1"><button formmethod="post"></button></form>',
    go: () => document.querySelector('button')?.click(),
    asked: '/there?a=1',
  },
  {
    title: 'with a campaign of its own',
    form: '<form action="THERE"><input name="UTM_Source" value="own"></form>',
    go: () => document.querySelector('form')?.submit(),
    asked: '/there?UTM_Source=own',
  },
  {
    title: 'with an empty field for the campaign',
    form: '<form action="THERE"><input name="utm_source"></form>',
    go: () => document.querySelector('form')?.submit(),
    asked: '/there?utm_source=news',
  },
  {
    title: 'home by a page that has prevented what its button does',
    form: '<form action="/here"><input name="a" value="1"><button formaction="THERE"></button></form>',
    go: () => {
      addEventListener('submit', (event) => {
        event.preventDefault()
        setTimeout(() => document.querySelector('form')?.submit())
      })
      document.querySelector('button')?.click()
    },
    asked: '/here?a=1',
  },
]

test(
  'a form carries the campaign where it leads away by GET without one of its own',
  { tag: '@everywhere' },
  async ({ tab, site, wasabi }) => {
    for (const path of ['/there', '/here']) site.put(path, path)
    for (const { title, form, go, asked } of FORMS) {
      site.put('/', wasabi() + tag('127.0.0.1') + form.replace('THERE', site.url('/there', '127.0.0.1')))
      await tab.goto(site.url('/?utm_source=news'))
      const [path = ''] = asked.split('?')
      const seen = site.asked(path)
      await tab.evaluate(go)
      expect(await seen, title).toBe(asked)
      // A page that navigates has no address for a moment, and the next form cannot be opened yet.
      await expect(async () => {
        expect(await tab.evaluate(() => location.pathname)).toBe(path)
      }).toPass()
    }
    expect(site.complaints).toEqual([])
  },
)

test('a filled field changes no other field, and one that is not sent stays out', async ({ tab, site, wasabi }) => {
  site.put('/next', 'next')
  site.put(
    '/',
    `${wasabi()}${tag()}<form action="/next"><input name="x[]" value="own"><input name="x[]" data-wasabi-field="utmSource">
    <input data-wasabi-field="utmMedium"><input name="off" disabled data-wasabi-field="utmMedium"><button>go</button></form>`,
  )
  await tab.goto(site.url('/?utm_source=news&utm_medium=email'))
  const asked = site.asked('/next')
  await tab.click('button')
  expect(await asked).toBe('/next?x%5B%5D=own&x%5B%5D=news')
})

test('a page that only changes its text is not searched', async ({ tab, site, endpoint, wasabi }) => {
  site.put('/', `${wasabi()}${tag()}<p>0</p>`)
  await tab.goto(site.url('/'))
  const searches = await tab.evaluate(async () => {
    const real = document.querySelectorAll.bind(document)
    let count = 0
    document.querySelectorAll = ((selector: string) => (count++, real(selector))) as typeof real
    const text = document.querySelector('p') as HTMLElement
    for (let second = 0; second < 9; second++) {
      text.textContent = String(second)
      await new Promise((resolve) => setTimeout(resolve))
    }
    const before = count
    text.innerHTML = '<i data-wasabi-track="SIGN_UP" data-wasabi-on="load" data-wasabi-interaction-id="late"></i>'
    return before
  })
  expect(searches).toBe(0)
  expect((await endpoint.holds(1))[0]?.body.interactionId).toBe('late')
})

test('a variable of the page is no link', async ({ tab, site, wasabi }) => {
  site.put(
    '/',
    `${wasabi()}${tag('127.0.0.1')}<script>var hostname = '127.0.0.1'; function search() { window.found = true }</script>
    <button onclick="search()">Search</button>`,
  )
  await tab.goto(site.url('/?utm_source=news'))
  await tab.click('button')
  expect(await tab.evaluate(() => [typeof Reflect.get(window, 'search'), Reflect.get(window, 'found')])).toEqual([
    'function',
    true,
  ])
  expect(site.complaints).toEqual([])
})

test('a click on a label counts once', { tag: '@everywhere' }, async ({ tab, site, endpoint, wasabi }) => {
  site.put(
    '/',
    `${wasabi()}${tag()}<label data-wasabi-track="SIGN_UP"><input type="checkbox"><b>I agree</b></label>
    <p data-wasabi-track="PROMOTION_APPLIED"><label for="far"><i>far</i></label><input id="far" type="checkbox"></p>
    <button data-wasabi-track="SUBSCRIPTION_CANCELLED">end</button>`,
  )
  await tab.goto(site.url('/'))
  for (const selector of ['b', 'i', 'b', 'button']) await tab.click(selector)
  const events = await endpoint.holds(4)
  const types = events.map(({ body }) => body.interaction.type).sort()
  expect(types).toEqual(['PROMOTION_APPLIED', 'SIGN_UP', 'SIGN_UP', 'SUBSCRIPTION_CANCELLED'])
  expect(endpoint.arrivals).toHaveLength(4)
})

test('an input is filled wherever it is, and has its own value again after a refusal', async ({
  tab,
  site,
  wasabi,
}) => {
  site.put(
    '/',
    `${wasabi()}${tag('127.0.0.1')}<form id="f"></form><input form="f" name="a" value="own" data-wasabi-field="utmSource">
    <input form="f" name="b" value="old" data-wasabi-field="utmMedium"><a id="away" href="http://127.0.0.1/?a=1"></a>`,
  )
  await tab.goto(site.url('/?utm_source=news'))
  const values = (act: () => void) =>
    tab.evaluate((source) => {
      addEventListener('submit', (event) => event.preventDefault())
      new Function(source)()
      document.querySelector('form')?.requestSubmit()
      return [...document.querySelectorAll('input')].map(({ value }) => value)
    }, `(${act.toString()})()`)
  expect(await values(() => undefined)).toEqual(['news', ''])
  expect(await pressed(tab, 'away')).toEqual(['http://127.0.0.1/?a=1&utm_source=news'])
  expect(await values(() => history.pushState(null, '', '/?utm_medium=email'))).toEqual(['', 'email'])
  expect(await pressed(tab, 'away', 'away')).toEqual([
    'http://127.0.0.1/?a=1&utm_medium=email',
    'http://127.0.0.1/?a=1&utm_medium=email',
  ])
  // The campaign outlives a log-out.
  expect(await values(() => window.wasabi?.reset())).toEqual(['', 'email'])
  expect(await values(() => window.wasabi?.consent(false))).toEqual(['own', 'old'])
  expect(await pressed(tab, 'away')).toEqual(['http://127.0.0.1/?a=1'])
})

test('a link that the page has changed since is the page’s', async ({ tab, site, wasabi }) => {
  site.put('/', `${wasabi()}${tag('127.0.0.1')}<a id="away" href="http://127.0.0.1/?a=1"></a>`)
  await tab.goto(site.url('/?utm_source=news'))
  expect(await pressed(tab, 'away')).toEqual(['http://127.0.0.1/?a=1&utm_source=news'])
  await tab.evaluate(() => document.getElementById('away')?.setAttribute('href', 'https://other.example/?b=2'))
  expect(await pressed(tab, 'away')).toEqual(['https://other.example/?b=2'])
})

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
