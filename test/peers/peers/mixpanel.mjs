export default {
  title: 'Mixpanel',
  package: 'mixpanel-browser',
  docs: 'README of the package: init with autocapture; the documented loader without session recording, which is the smaller one',
  module: `
import mixpanel from 'mixpanel-browser/src/loaders/loader-module-core'
mixpanel.init('shop', { api_host: ENDPOINT, autocapture: true })
window.convert = (order) => mixpanel.track('Sign Up', { order })
`,
  answer: ({ url }) => ({ text: /verbose=1/.test(url) ? '{"status":1,"error":null}' : '1' }),
}
