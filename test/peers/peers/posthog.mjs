import { post } from '../post.mjs'

const module = (more = '') => `
import posthog from 'posthog-js'
posthog.init('phc_shop', { api_host: ENDPOINT, defaults: '2025-05-24', person_profiles: 'always'${more} })
window.convert = (order) => posthog.capture('signup', { order })
`

export default {
  title: 'PostHog',
  package: 'posthog-js',
  docs: 'posthog.com/docs/libraries/js: init with api_host and dated defaults',
  module: module(),
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
  reach: {
    withoutCode: {
      docs: 'https://posthog.com/docs/product-analytics/autocapture',
      seen: true,
      body: (order) => `<button data-ph-capture-attribute-order="${order}">Sign up</button>`,
    },
    elsewhere: {
      docs: 'https://posthog.com/tutorials/cross-domain-tracking',
      module: `
const given = new URLSearchParams(location.hash.slice(1))
const bootstrap = given.has('distinct_id') ? { sessionID: given.get('session_id'), distinctID: given.get('distinct_id') } : {}
${module(', bootstrap')}
addEventListener('click', ({ target }) => {
  target.hash = new URLSearchParams({ session_id: posthog.get_session_id(), distinct_id: posthog.get_distinct_id() })
}, true)`,
    },
    server: {
      docs: 'https://posthog.com/docs/api/capture',
      send: ({ endpoint, cookies, order }) => {
        const { distinct_id } = JSON.parse(decodeURIComponent(cookies.ph_phc_shop_posthog))
        return post(`${endpoint}/i/v0/e/`, { api_key: 'phc_shop', event: 'signup', distinct_id, properties: { order } })
      },
    },
  },
}
