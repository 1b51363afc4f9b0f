import { expect, onTestFinished, test } from 'vitest'
import { startEndpoint } from '../../../e2e/support/host'
import { install } from './install'
import { run } from './run'

test.each([
  ['jest', ['npx', 'jest']],
  ['vitest', ['npx', 'vitest', 'run']],
])('under %s a sign-up is sent once, and each test file starts anew', async (name, command) => {
  const endpoint = await startEndpoint()
  onTestFinished(endpoint.close)
  const project = await install(name)
  await run(project, command, endpoint.url)
  const events = await endpoint.stored()
  const campaign = { utmSource: 'framework', utmCampaign: 'spring' }
  expect(events.map(({ body }) => [body.interactionId, body.utmParameters]).sort()).toEqual([
    ['end', campaign],
    ['order-1', campaign],
  ])
  expect(endpoint.arrivals).toHaveLength(2)
})
