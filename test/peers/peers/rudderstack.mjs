import { post } from '../post.mjs'

const MODULE = `
import { RudderAnalytics } from '@rudderstack/analytics-js/lite'
const analytics = new RudderAnalytics()
analytics.load('shopshopshopshopshopshopsho', ENDPOINT, {
  getSourceConfig: () => ({
    source: {
      id: 'shop', name: 'shop', writeKey: 'shopshopshopshopshopshopsho', enabled: true, workspaceId: 'shop', destinations: [], connections: [], dataplanes: {},
      config: { statsCollection: { errors: { enabled: false }, metrics: { enabled: false } } },
    },
    updatedAt: '2026-01-01T00:00:00.000Z',
  }),
})
analytics.page()
window.convert = (order) => { analytics.track('Signed Up', { order }) }
`

export default {
  title: 'RudderStack lite',
  package: '@rudderstack/analytics-js',
  docs: 'README of the package and its documentation of load: the lite export, source configuration by getSourceConfig',
  module: MODULE,
  answer: () => ({ type: 'text/plain', text: 'OK' }),
  reach: {
    withoutCode: {
      docs: 'https://www.rudderstack.com/docs/sources/event-streams/sdks/rudderstack-javascript-sdk/supported-api/',
    },
    elsewhere: {
      docs: 'https://www.rudderstack.com/docs/sources/event-streams/sdks/rudderstack-javascript-sdk/supported-api/',
      module: `${MODULE}
addEventListener('click', ({ target }) => { target.search = '?ajs_aid=' + analytics.getAnonymousId() }, true)`,
    },
    server: {
      docs: 'https://www.rudderstack.com/docs/api/http-api/',
      send: ({ endpoint, cookies, order }) => {
        const [, encoded] = /^RS_ENC_v3_(.*)$/.exec(decodeURIComponent(cookies.rl_anonymous_id))
        const anonymousId = JSON.parse(Buffer.from(encoded, 'base64').toString())
        return post(`${endpoint}/v1/track`, { anonymousId, event: 'Signed Up', properties: { order } })
      },
    },
  },
}
