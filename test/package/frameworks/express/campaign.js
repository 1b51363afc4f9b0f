import { campaignCookie, customerAction, readCampaign } from 'wasabi-utm/server'

export const onLanding = (request, response, next) => {
  const cookie = campaignCookie(request.originalUrl, { domain: 'example.com', cookies: request.headers.cookie })
  if (cookie) response.append('Set-Cookie', cookie)
  next()
}

export const postSignUp = (request, order) => {
  const utmParameters = readCampaign(request.headers.cookie)
  const event = customerAction('SIGN_UP', { interactionId: order.id, customerId: order.customerId, utmParameters })
  return fetch(process.env.ENDPOINT, { method: 'POST', body: JSON.stringify(event) })
}
