export default {
  title: 'a bare `fetch`',
  docs: 'Written by hand: one keepalive request with the campaign of the page that it is called on',
  tag: () => ({
    head: `<script>
function convert(order) {
  const campaign = new URLSearchParams(location.search).get('utm_campaign')
  fetch(ENDPOINT + '/signup', { method: 'POST', keepalive: true, credentials: 'omit', body: JSON.stringify({ type: 'signup', order, campaign }) }).catch(() => {})
}
</script>`,
    files: {},
  }),
  reach: {
    withoutCode: { docs: 'it is code' },
    elsewhere: { docs: 'it remembers nothing' },
    server: { docs: 'it remembers nothing' },
  },
}
