import { post } from '../post.mjs'

const module = (more = '') => `
import * as amplitude from '@amplitude/analytics-browser'
amplitude.init('shop', { serverUrl: ENDPOINT + '/2/httpapi', remoteConfig: { fetchRemoteConfig: false }${more} })
addEventListener('pagehide', () => { amplitude.setTransport('beacon'); amplitude.flush() })
window.convert = (order) => amplitude.track('Sign Up', { order })
`

export default {
  title: 'Amplitude',
  package: '@amplitude/analytics-browser',
  docs: 'amplitude.com/docs, Browser SDK 2: init with its default autocapture, the documented beacon on pagehide; no remote configuration, which only its own host has',
  module: module(),
  answer: ({ arrival }) => ({
    text: JSON.stringify({
      code: 200,
      events_ingested: arrival.events.length,
      payload_size_bytes: arrival.size,
      server_upload_time: Date.now(),
    }),
  }),
  reach: {
    withoutCode: {
      docs: 'https://amplitude.com/docs/sdks/analytics/browser/autocapture-plugin',
      seen: true,
      module: module(', autocapture: { elementInteractions: true }'),
      body: (order) => `<button data-amp-track-order="${order}">Sign up</button>`,
    },
    elsewhere: {
      docs: 'https://amplitude.com/docs/sdks/analytics/browser/browser-sdk-2',
      module: `${module()}
addEventListener('click', ({ target }) => { target.search = '?ampDeviceId=' + amplitude.getDeviceId() }, true)`,
    },
    server: {
      docs: 'https://amplitude.com/docs/apis/analytics/http-v2',
      send: ({ endpoint, cookies, order }) => {
        const { deviceId } = JSON.parse(decodeURIComponent(Buffer.from(cookies.AMP_shop, 'base64').toString()))
        const event = { device_id: deviceId, event_type: 'Sign Up', event_properties: { order } }
        return post(`${endpoint}/2/httpapi`, { api_key: 'shop', events: [event] })
      },
    },
  },
}
