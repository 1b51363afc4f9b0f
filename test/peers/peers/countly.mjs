import { readFileSync } from 'node:fs'
import { post } from '../post.mjs'

export default {
  title: 'Countly',
  package: 'countly-sdk-web',
  docs: 'support.countly.com, Web analytics, minimal setup: the queue, sessions and page views, the script loaded after it',
  stub: true,
  tag: (folder) => ({
    head: `<script>
var Countly = window.Countly || {}
Countly.q = Countly.q || []
Countly.app_key = 'shop'
Countly.url = ENDPOINT
Countly.q.push(['track_sessions'], ['track_pageview'])
function convert(order) { Countly.q.push(['add_event', { key: 'signup', count: 1, segmentation: { order } }]) }
</script>
<script async src="/countly.min.js" onload="Countly.init()"></script>`,
    files: { '/countly.min.js': readFileSync(`${folder}/lib/countly.min.js`, 'utf8') },
  }),
  answer: () => ({ text: '{"result":"Success"}' }),
  reach: {
    withoutCode: {
      docs: 'https://support.countly.com/hc/en-us/articles/360037441932-Web-analytics-JavaScript-',
      seen: true,
      head: `<script>Countly.q.push(['track_forms'])</script>`,
      body: (order) => `<form id="${order}" action="/thanks"><button>Sign up</button></form>`,
    },
    elsewhere: {
      docs: 'https://support.countly.com/hc/en-us/articles/360037441932-Web-analytics-JavaScript-',
      head: `<script>addEventListener('click', ({ target }) => { target.search = '?cly_device_id=' + Countly.get_device_id() }, true)</script>`,
    },
    server: {
      docs: 'https://support.countly.com/hc/en-us/articles/9290669873305-A-deeper-look-at-SDK-concepts',
      send: ({ endpoint, storage, order }) => {
        const events = [{ key: 'signup', count: 1, segmentation: { order } }]
        const fields = {
          app_key: 'shop',
          device_id: storage['shop/cly_id'],
          events: JSON.stringify(events),
        }
        return post(`${endpoint}/i?${new URLSearchParams(fields)}`)
      },
    },
  },
}
