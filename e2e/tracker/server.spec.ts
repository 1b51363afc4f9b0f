import { readFileSync } from 'node:fs'
import { campaignCookie, customerAction, readCampaign } from '../../src/server/index'
import { expect, test } from '../support/fixtures'
import { listen, portOf, shut } from '../support/host'
import { page, tag } from '../support/site'
import { delivered, track } from '../support/steps'

const SCRIPT = readFileSync('dist/wasabi.js', 'utf8')
const CAMPAIGN = { utmSource: 'news', utmTerms: 'cats+food' }

/** A shop that dates its landings itself, and records a sign-up on request. */
const startShop = async (endpoint: string) => {
  const server = await listen(async (request, response) => {
    const { url = '/', headers } = request
    if (url === '/wasabi.js') return response.setHeader('content-type', 'text/javascript').end(SCRIPT)
    if (url === '/sign-up') {
      const utmParameters = readCampaign(headers.cookie)
      const event = customerAction('SIGN_UP', { interactionId: 'order-1', customerId: '42', utmParameters })
      const { status } = await fetch(endpoint, { method: 'POST', body: JSON.stringify(event) })
      return response.end(String(status))
    }
    const cookie = campaignCookie(`http://localhost${url}`, { days: 30 })
    if (cookie) response.setHeader('set-cookie', cookie)
    return response.setHeader('content-type', 'text/html').end(page(tag({ endpoint })))
  })
  return { url: `http://localhost:${portOf(server)}`, close: () => shut(server) }
}

for (const first of ['page', 'server'] as const)
  test(`page and server record one order, the ${first} first: it is one action`, async ({ tab, endpoint }) => {
    const shop = await startShop(endpoint.url)
    await tab.goto(`${shop.url}/?utm_source=news&utm_term=cats+food`)
    await tab.goto(`${shop.url}/thanks`)
    const fromServer = () => tab.evaluate(async () => (await fetch('/sign-up')).text())
    const fromPage = async () => {
      await track(tab, 'SIGN_UP', { interactionId: 'order-1', customerId: '42' })
      await delivered(tab)
    }
    if (first === 'page') await fromPage()
    expect(await fromServer()).toBe(first === 'page' ? '200' : '201')
    if (first === 'server') await fromPage()
    expect(endpoint.arrivals).toHaveLength(2)
    const stored = await endpoint.stored()
    expect(stored).toHaveLength(1)
    expect(stored[0]?.body).toMatchObject({ interactionId: 'order-1', customerId: '42', utmParameters: CAMPAIGN })
    await shop.close()
  })
