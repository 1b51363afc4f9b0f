export default {
  title: 'Plausible',
  package: '@plausible-analytics/tracker',
  docs: 'README of the package: init with domain and endpoint, track with props',
  module: `
import { init, track } from '@plausible-analytics/tracker'
init({ domain: 'shop.test', endpoint: ENDPOINT + '/api/event' })
window.convert = (order) => track('Signup', { props: { order } })
`,
  answer: () => ({ status: 202, type: 'text/plain', text: 'ok' }),
}
