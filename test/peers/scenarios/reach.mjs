import { sleep } from '../wait.mjs'
import { convertOn, land, landing, READING, trace } from './campaign.mjs'

/** A conversion that is written in the page's HTML, and pressed. */
export const withoutCode = async (cell) => {
  const { body, seen } = cell.peer.reach.withoutCode
  const marker = cell.marker()
  cell.site.put(body(marker))
  const tab = await cell.visitNew('/app')
  await tab.click('button')
  if (!(await cell.endpoint.until(marker))) return 'lost'
  return seen ? 'as a click' : 'declared'
}

/** The landing page's link leads to the app, which is on another registrable domain. */
export const elsewhere = async (cell) => {
  const campaign = cell.campaign()
  cell.site.put(`<a href="${cell.site.url('/app', 'app.desk.test')}">Go to the app</a>`)
  const tab = await cell.visitNew(landing(campaign))
  await sleep(READING)
  await tab.click('a')
  await tab.waitForURL(({ hostname }) => hostname === 'app.desk.test')
  await cell.ready(tab)
  return convertOn(cell, tab, campaign)
}

/** The server confirms the sign-up. It knows of the visitor only what a browser sends and what the page passes on. */
export const server = async (cell) => {
  const campaign = cell.campaign()
  const tab = await cell.newTab()
  await land(cell, tab, campaign)
  // The shop counts as https would: its server receives `Secure` cookies.
  const jar = await cell.context.cookies('https://www.shop.test/')
  const marker = cell.marker()
  await cell.peer.reach.server.send({
    endpoint: `http://127.0.0.1:${cell.endpoint.port}`,
    cookie: jar.map(({ name, value }) => `${name}=${value}`).join('; '),
    cookies: Object.fromEntries(jar.map(({ name, value }) => [name, value])),
    storage: await tab.evaluate(() => ({ ...localStorage })),
    userAgent: await tab.evaluate(() => navigator.userAgent),
    order: marker,
  })
  await cell.endpoint.until(marker)
  return trace(cell, marker, campaign, [])
}
