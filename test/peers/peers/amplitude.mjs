export default {
  title: 'Amplitude',
  package: '@amplitude/analytics-browser',
  docs: 'amplitude.com/docs, Browser SDK 2: init with its default autocapture, the documented beacon on pagehide; no remote configuration, which only its own host has',
  module: `
import * as amplitude from '@amplitude/analytics-browser'
amplitude.init('shop', { serverUrl: ENDPOINT + '/2/httpapi', remoteConfig: { fetchRemoteConfig: false } })
addEventListener('pagehide', () => { amplitude.setTransport('beacon'); amplitude.flush() })
window.convert = (order) => amplitude.track('Sign Up', { order })
`,
  answer: ({ arrival }) => ({
    text: JSON.stringify({
      code: 200,
      events_ingested: arrival.events.length,
      payload_size_bytes: arrival.size,
      server_upload_time: Date.now(),
    }),
  }),
}
