import { post } from '../post.mjs'

const SETTINGS = {
  integrations: {
    'Segment.io': {
      apiKey: 'shop',
      unbundledIntegrations: [],
      addBundledMetadata: true,
      maybeBundledConfigIds: {},
      versionSettings: { version: '4.4.7', componentTypes: ['browser'] },
    },
  },
  plan: {
    track: { __default: { enabled: true, integrations: {} } },
    identify: { __default: { enabled: true } },
    group: { __default: { enabled: true } },
  },
  edgeFunction: {},
  analyticsNextEnabled: true,
  middlewareSettings: {},
  enabledMiddleware: {},
  metrics: { sampleRate: 0 },
  legacyVideoPluginsEnabled: false,
  remotePlugins: [],
}

const MODULE = `
import { AnalyticsBrowser } from '@segment/analytics-next'
const apiHost = ENDPOINT.slice('http://'.length) + '/v1'
const analytics = AnalyticsBrowser.load(
  { writeKey: 'shop', cdnURL: ENDPOINT },
  { integrations: { 'Segment.io': { apiHost, protocol: 'http', deliveryStrategy: { strategy: 'standard', config: { keepalive: true } } } } },
)
analytics.page()
window.convert = (order) => { analytics.track('Signed Up', { order }) }
`

export default {
  title: 'Segment',
  package: '@segment/analytics-next',
  docs: 'README of the package: load with writeKey, page and track; its settings and events on the host under test, keepalive on (deliveryStrategy)',
  module: MODULE,
  answer: ({ url }) => (/\/settings/.test(url) ? { text: JSON.stringify(SETTINGS) } : { text: '{"success":true}' }),
  reach: {
    withoutCode: {
      docs: 'https://www.twilio.com/docs/segment/connections/sources/catalog/libraries/website/javascript',
    },
    elsewhere: {
      docs: 'https://www.twilio.com/docs/segment/connections/sources/catalog/libraries/website/javascript/querystring',
      module: `${MODULE}
let aid
analytics.ready(() => (aid = analytics.instance.user().anonymousId()))
addEventListener('click', ({ target }) => { target.search = '?ajs_aid=' + aid }, true)`,
    },
    server: {
      docs: 'https://www.twilio.com/docs/segment/connections/sources/catalog/libraries/server/http-api',
      send: ({ endpoint, cookies, order }) =>
        post(`${endpoint}/v1/track`, {
          writeKey: 'shop',
          anonymousId: cookies.ajs_anonymous_id,
          event: 'Signed Up',
          properties: { order },
        }),
    },
  },
}
