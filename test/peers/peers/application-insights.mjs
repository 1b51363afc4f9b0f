export default {
  title: 'Application Insights',
  package: '@microsoft/applicationinsights-web',
  docs: 'learn.microsoft.com, JavaScript SDK by npm: connection string, loadAppInsights, trackPageView, trackEvent',
  module: `
import { ApplicationInsights } from '@microsoft/applicationinsights-web'
const insights = new ApplicationInsights({
  config: { connectionString: 'InstrumentationKey=00000000-0000-0000-0000-000000000000;IngestionEndpoint=' + ENDPOINT + '/' },
})
insights.loadAppInsights()
insights.trackPageView()
window.convert = (order) => insights.trackEvent({ name: 'signup' }, { order })
`,
  answer: ({ arrival }) => ({
    text: JSON.stringify({ itemsReceived: arrival.events.length, itemsAccepted: arrival.events.length, errors: [] }),
  }),
}
