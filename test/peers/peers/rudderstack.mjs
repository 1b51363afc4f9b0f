export default {
  title: 'RudderStack lite',
  package: '@rudderstack/analytics-js',
  docs: 'README of the package and its documentation of load: the lite export, source configuration by getSourceConfig',
  module: `
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
`,
  answer: () => ({ type: 'text/plain', text: 'OK' }),
}
