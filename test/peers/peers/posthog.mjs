export default {
  title: 'PostHog',
  package: 'posthog-js',
  docs: 'posthog.com/docs/libraries/js: init with api_host and dated defaults',
  module: `
import posthog from 'posthog-js'
posthog.init('phc_shop', { api_host: ENDPOINT, defaults: '2025-05-24', person_profiles: 'always' })
window.convert = (order) => posthog.capture('signup', { order })
`,
  answer({ url }) {
    if (/^\/(flags|decide)/.test(url))
      return { text: '{"featureFlags":{},"featureFlagPayloads":{},"flags":{},"errorsWhileComputingFlags":false}' }
    if (/^\/array\/.*config\.js/.test(url)) return { type: 'text/javascript', text: '' }
    if (/^\/array\//.test(url)) {
      return {
        text: '{"token":"phc_shop","supportedCompression":["gzip","gzip-js"],"hasFeatureFlags":false,"captureDeadClicks":false,"capturePerformance":false,"autocapture_opt_out":false,"autocaptureExceptions":false,"analytics":{"endpoint":"/i/v0/e/"},"elementsChainAsString":true,"sessionRecording":false,"heatmaps":false,"surveys":false,"defaultIdentifiedOnly":true,"siteApps":[]}',
      }
    }
    if (/^\/static\//.test(url)) return { status: 404, text: '' }
    return { text: '{"status":"Ok"}' }
  },
}
