import { readFileSync } from 'node:fs'
import { post } from '../post.mjs'

export default {
  title: 'Ahoy',
  package: 'ahoy.js',
  docs: 'README of the package: the script, the addresses of the API, the cookie domain, track; visits and events on another host',
  tag: (folder) => ({
    head: `<script src="/ahoy.min.js"></script>
<script>
ahoy.configure({ urlPrefix: ENDPOINT, cookieDomain: 'shop.test', trackVisits: true })
function convert(order) { ahoy.track('signup', { order }) }
</script>`,
    files: { '/ahoy.min.js': readFileSync(`${folder}/dist/ahoy.min.js`, 'utf8') },
  }),
  answer: () => ({ text: '{}' }),
  reach: {
    withoutCode: {
      docs: 'https://github.com/ankane/ahoy.js#clicks',
      seen: true,
      head: `<script>ahoy.trackClicks('button')</script>`,
      body: (order) => `<button id="${order}">Sign up</button>`,
    },
    elsewhere: { docs: 'https://github.com/ankane/ahoy.js#subdomains' },
    server: {
      docs: 'https://github.com/ankane/ahoy#api-spec',
      send: ({ endpoint, cookies, order }) =>
        post(`${endpoint}/ahoy/events`, {
          visit_token: cookies.ahoy_visit,
          visitor_token: cookies.ahoy_visitor,
          events: [{ name: 'signup', properties: { order }, time: new Date().toISOString() }],
        }),
    },
  },
}
