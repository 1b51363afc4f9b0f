import { readFileSync } from 'node:fs'

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
}
