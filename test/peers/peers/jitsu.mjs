import { post } from '../post.mjs'

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
  reach: {
    withoutCode: { docs: 'https://docs.jitsu.com/sending-data/npm' },
    elsewhere: { docs: 'https://docs.jitsu.com/sending-data/npm' },
    server: {
      docs: 'https://docs.jitsu.com/sending-data/http',
      send: ({ endpoint, cookies, order }) =>
        post(
          `${endpoint}/api/s/s2s/track`,
          { type: 'track', event: 'signup', properties: { order }, anonymousId: cookies.__eventn_id },
          { 'x-write-key': 'shop:shop' },
        ),
    },
  },
}
