import { readFileSync } from 'node:fs'
import { post } from '../post.mjs'

export default {
  title: 'sourcebuster',
  package: 'sourcebuster',
  docs: 'README of the package: init with the domain; it sends nothing, so the page puts what it remembers on a fetch of its own, as its README does with a form',
  /** It remembers the campaign, and the page itself has to send it. */
  sends: false,
  tag: (folder) => ({
    head: `<script src="/sourcebuster.min.js"></script>
<script>
sbjs.init({ domain: 'shop.test' })
function convert(order) {
  fetch(ENDPOINT + '/signup', { method: 'POST', keepalive: true, credentials: 'omit', body: JSON.stringify({ type: 'signup', order, source: sbjs.get.current }) }).catch(() => {})
}
</script>`,
    files: { '/sourcebuster.min.js': readFileSync(`${folder}/dist/sourcebuster.min.js`, 'utf8') },
  }),
  reach: {
    withoutCode: { docs: 'https://github.com/alexfedoseev/sourcebuster-js#readme' },
    elsewhere: { docs: 'https://github.com/alexfedoseev/sourcebuster-js#domain' },
    server: {
      docs: 'https://github.com/alexfedoseev/sourcebuster-js#about',
      send: ({ endpoint, cookies, order }) =>
        post(`${endpoint}/signup`, { type: 'signup', order, source: decodeURIComponent(cookies.sbjs_current) }),
    },
  },
}
