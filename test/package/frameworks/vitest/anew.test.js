import { expect, test, vi } from 'vitest'
import { createTracker } from 'wasabi-utm'

// A file of its own has a document of its own: nothing is left of the other tracker.
test('a test file starts anew', async () => {
  const send = vi.spyOn(globalThis, 'fetch')
  const wasabi = createTracker({ endpoint: process.env.ENDPOINT, utmTypes: 'SUBSCRIPTION_CANCELLED' })
  wasabi.track('SUBSCRIPTION_CANCELLED', { interactionId: 'end', customerId: 'customer-1' })
  expect((await send.mock.results[0].value).status).toBe(201)
})
