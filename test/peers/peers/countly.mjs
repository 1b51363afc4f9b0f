import { readFileSync } from 'node:fs'

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
}
