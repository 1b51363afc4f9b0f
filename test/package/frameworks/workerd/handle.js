import { campaignCookie, customerAction, readCampaign } from 'wasabi-utm/server'

/** Turns a request into a response, as Deno and workers do. */
export const handle = async (request, endpoint) => {
  if (new URL(request.url).pathname !== '/sign-up') {
    const cookie = campaignCookie(request.url, { domain: 'example.com' })
    return new Response('Welcome', { headers: cookie ? { 'Set-Cookie': cookie } : {} })
  }
  const utmParameters = readCampaign(request.headers.get('cookie'))
  const event = customerAction('SIGN_UP', { interactionId: 'order-1', customerId: 42, utmParameters })
  const { status } = await fetch(endpoint, { method: 'POST', body: JSON.stringify(event) })
  return new Response(String(status))
}
