import { post } from '../post.mjs'

const module = (more = '') => `
import { ApplicationInsights } from '@microsoft/applicationinsights-web'
const insights = new ApplicationInsights({
  config: { connectionString: 'InstrumentationKey=00000000-0000-0000-0000-000000000000;IngestionEndpoint=' + ENDPOINT + '/'${more} },
})
insights.loadAppInsights()
insights.trackPageView()
window.convert = (order) => insights.trackEvent({ name: 'signup' }, { order })
`

export default {
  title: 'Application Insights',
  package: '@microsoft/applicationinsights-web',
  docs: 'learn.microsoft.com, JavaScript SDK by npm: connection string, loadAppInsights, trackPageView, trackEvent',
  module: module(),
  answer: ({ arrival }) => ({
    text: JSON.stringify({ itemsReceived: arrival.events.length, itemsAccepted: arrival.events.length, errors: [] }),
  }),
  reach: {
    withoutCode: {
      docs: 'https://learn.microsoft.com/azure/azure-monitor/app/javascript-feature-extensions',
      module: `
import { ClickAnalyticsPlugin } from '@microsoft/applicationinsights-clickanalytics-js'
const click = new ClickAnalyticsPlugin()
const extensionConfig = { [click.identifier]: { autoCapture: true, dataTags: { useDefaultContentNameOrId: true, customDataPrefix: 'data-shop-' } } }
${module(', extensions: [click], extensionConfig')}`,
      body: (order) => `<button data-shop-id="signup" data-shop-order="${order}">Sign up</button>`,
    },
    elsewhere: { docs: 'https://learn.microsoft.com/azure/azure-monitor/app/javascript-sdk-configuration' },
    server: {
      docs: 'https://github.com/microsoft/applicationinsights-node.js#readme',
      send: ({ endpoint, cookies, order }) =>
        post(`${endpoint}/v2/track`, [
          {
            name: 'Microsoft.ApplicationInsights.Event',
            time: new Date().toISOString(),
            iKey: '00000000-0000-0000-0000-000000000000',
            tags: { 'ai.user.id': cookies.ai_user.split('|')[0] },
            data: { baseType: 'EventData', baseData: { ver: 2, name: 'signup', properties: { order } } },
          },
        ]),
    },
  },
}
