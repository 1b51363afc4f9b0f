import { post } from '../post.mjs'

export default {
  title: 'Plausible',
  package: '@plausible-analytics/tracker',
  docs: 'README of the package: init with domain and endpoint, track with props',
  module: `
import { init, track } from '@plausible-analytics/tracker'
init({ domain: 'shop.test', endpoint: ENDPOINT + '/api/event' })
window.convert = (order) => track('Signup', { props: { order } })
`,
  answer: () => ({ status: 202, type: 'text/plain', text: 'ok' }),
  reach: {
    withoutCode: {
      docs: 'https://plausible.io/docs/custom-event-goals',
      body: (order) => `<button class="plausible-event-name=Signup plausible-event-order=${order}">Sign up</button>`,
    },
    elsewhere: { docs: 'https://plausible.io/data-policy' },
    server: {
      docs: 'https://plausible.io/docs/events-api',
      send: ({ endpoint, userAgent, order }) =>
        post(
          `${endpoint}/api/event`,
          { name: 'Signup', url: 'http://www.shop.test/signed-up', domain: 'shop.test', props: { order } },
          { 'user-agent': userAgent, 'x-forwarded-for': '127.0.0.1' },
        ),
    },
  },
}
