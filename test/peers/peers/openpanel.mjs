import { post } from '../post.mjs'

export default {
  title: 'OpenPanel',
  package: '@openpanel/web',
  docs: 'README of the package: clientId, apiUrl, trackScreenViews, track',
  module: `
import { OpenPanel } from '@openpanel/web'
const op = new OpenPanel({ clientId: 'shop', apiUrl: ENDPOINT, trackScreenViews: true, trackOutgoingLinks: true, trackAttributes: true })
window.convert = (order) => { op.track('signup', { order }) }
`,
  answer: () => ({ text: '{"deviceId":"","sessionId":""}' }),
  reach: {
    withoutCode: {
      docs: 'https://openpanel.dev/docs/sdks/web',
      body: (order) => `<button data-track="signup" data-order="${order}">Sign up</button>`,
    },
    elsewhere: { docs: 'https://openpanel.dev/docs/sdks/web' },
    server: {
      docs: 'https://openpanel.dev/docs/api/track',
      send: ({ endpoint, userAgent, order }) =>
        post(
          `${endpoint}/track`,
          { type: 'track', payload: { name: 'signup', properties: { order } } },
          { 'openpanel-client-id': 'shop', 'x-client-ip': '127.0.0.1', 'user-agent': userAgent },
        ),
    },
  },
}
