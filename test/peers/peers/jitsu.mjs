export default {
  title: 'Jitsu',
  package: '@jitsu/js',
  docs: 'docs.jitsu.com, npm: jitsuAnalytics with host and writeKey, page and track',
  module: `
import { jitsuAnalytics } from '@jitsu/js'
const jitsu = jitsuAnalytics({ host: ENDPOINT, writeKey: 'shop:shop' })
jitsu.page()
window.convert = (order) => { jitsu.track('signup', { order }) }
`,
  answer: () => ({ text: '{"ok":true}' }),
}
