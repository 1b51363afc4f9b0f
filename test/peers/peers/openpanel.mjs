export default {
  title: 'OpenPanel',
  package: '@openpanel/web',
  docs: 'README of the package: clientId, apiUrl, trackScreenViews, track',
  module: `
import { OpenPanel } from '@openpanel/web'
const op = new OpenPanel({ clientId: 'shop', apiUrl: ENDPOINT, trackScreenViews: true, trackOutgoingLinks: true, trackAttributes: true })
window.convert = (order) => { op.track('signup', { order }) }
`,
  answer: () => ({ text: '{"deviceId":"","sessionId":""}' }),
}
