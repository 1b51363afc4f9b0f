import { post } from '../post.mjs'

const PLUGIN = '@snowplow/browser-plugin-button-click-tracking'

const module = (more = '', before = '', after = '') => `${before}
import { newTracker, trackPageView, trackStructEvent } from '@snowplow/browser-tracker'
newTracker('sp', ENDPOINT, { appId: 'shop', cookieSameSite: 'Lax', contexts: { session: true }, keepalive: true${more} })
trackPageView()
window.convert = (label) => trackStructEvent({ category: 'shop', action: 'signup', label })
${after}`

export default {
  title: 'Snowplow',
  package: '@snowplow/browser-tracker',
  docs: 'docs.snowplow.io, web tracker initialization: newTracker with the recommended cookieSameSite and session entity; keepalive on, which the events then survive navigation with; the button click plugin is 4.6.8, npm has none for this version',
  module: module(),
  answer: () => ({ type: 'text/plain', text: 'ok' }),
  reach: {
    withoutCode: {
      docs: 'https://docs.snowplow.io/docs/sources/web-trackers/tracking-events/button-click/',
      seen: true,
      module: module(
        ', plugins: [ButtonClickTrackingPlugin()]',
        `import { ButtonClickTrackingPlugin, enableButtonClickTracking } from '${PLUGIN}'`,
        'enableButtonClickTracking()',
      ),
      body: (order) => `<button id="${order}">Sign up</button>`,
    },
    elsewhere: {
      docs: 'https://docs.snowplow.io/docs/sources/web-trackers/cross-domain-tracking',
      module: module(", crossDomainLinker: ({ hostname }) => hostname === 'app.desk.test'"),
    },
    server: {
      docs: 'https://docs.snowplow.io/docs/sources/node-js-tracker/',
      send: ({ endpoint, cookies, order }) => {
        const [, id] = Object.entries(cookies).find(([name]) => name.startsWith('_sp_id.'))
        return post(`${endpoint}/com.snowplowanalytics.snowplow/tp2`, {
          schema: 'iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4',
          data: [
            { e: 'se', aid: 'shop', p: 'srv', se_ca: 'shop', se_ac: 'signup', se_la: order, duid: id.split('.')[0] },
          ],
        })
      },
    },
  },
}
