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

export default {
  title: 'Segment',
  package: '@segment/analytics-next',
  docs: 'README of the package: load with writeKey, page and track; its settings and events on the host under test, keepalive on (deliveryStrategy)',
  module: `
import { AnalyticsBrowser } from '@segment/analytics-next'
const apiHost = ENDPOINT.slice('http://'.length) + '/v1'
const analytics = AnalyticsBrowser.load(
  { writeKey: 'shop', cdnURL: ENDPOINT },
  { integrations: { 'Segment.io': { apiHost, protocol: 'http', deliveryStrategy: { strategy: 'standard', config: { keepalive: true } } } } },
)
analytics.page()
window.convert = (order) => { analytics.track('Signed Up', { order }) }
`,
  answer: ({ url }) => (/\/settings/.test(url) ? { text: JSON.stringify(SETTINGS) } : { text: '{"success":true}' }),
}
