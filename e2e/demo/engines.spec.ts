import { SEED_QUERY, startDemo } from '../support/demo'
import { expect, test } from '../support/fixtures'

// On plain localhost, as in Safari, which resolves no name below it.
test('the demo works on one host, in every engine', async ({ tab }) => {
  const demo = await startDemo()
  await tab.goto(demo.local(`/${SEED_QUERY}`))
  await tab.goto(demo.local('/app'))
  await tab.evaluate(() => document.querySelector<HTMLElement>('#sign-up')?.click())
  await expect
    .poll(() => tab.evaluate(() => document.querySelector('.arrivals > li')?.textContent))
    .toContain('spring_sale')

  const [event] = await demo.stored()
  expect(event?.body).toMatchObject({
    interactionId: '123456789',
    customerId: '123456789',
    utmParameters: { utmTerms: 'cats+kitten+food' },
  })
  await demo.close()
})
