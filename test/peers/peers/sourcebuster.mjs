import { readFileSync } from 'node:fs'

export default {
  title: 'sourcebuster',
  package: 'sourcebuster',
  docs: 'README of the package: init with the domain; it sends nothing, so the page puts what it remembers on a fetch of its own, as its README does with a form',
  /** Remembers, and leaves the sending to the page. */
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
}
