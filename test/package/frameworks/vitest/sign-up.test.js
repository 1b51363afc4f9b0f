import { expect, test, vi } from 'vitest'
import { createTracker } from 'wasabi-utm'

test('a sign-up is sent, and a second tracker is the first one', async () => {
  const send = vi.spyOn(globalThis, 'fetch')
  const warn = vi.spyOn(console, 'warn').mockReturnValue()
  const wasabi = createTracker({ endpoint: process.env.ENDPOINT })
  wasabi.track('SIGN_UP', { interactionId: 'order-1', customerId: 'customer-1' })
  expect(createTracker({ endpoint: '/another' })).toBe(wasabi)
  expect(warn.mock.calls).toEqual([[expect.stringContaining('the first one is used')]])
  expect(send.mock.calls.map(([url]) => url)).toEqual([process.env.ENDPOINT])
  expect((await send.mock.results[0].value).status).toBe(201)
})
