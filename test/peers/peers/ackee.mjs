import { readFileSync } from 'node:fs'

export default {
  title: 'Ackee',
  package: 'ackee-tracker',
  docs: 'README of the package: the manual set-up, create, record and action',
  tag: (folder) => ({
    head: `<script src="/ackee-tracker.min.js"></script>
<script>
const ackee = ackeeTracker.create(ENDPOINT, { detailed: true })
ackee.record('hd11f820-68a1-11e6-8047-79c0c2d9bce0')
function convert(order) { ackee.action('513a082c-2cd5-4939-b417-72da2fe1761d', { key: order, value: 1 }) }
</script>`,
    files: { '/ackee-tracker.min.js': readFileSync(`${folder}/dist/ackee-tracker.min.js`, 'utf8') },
  }),
  answer: () => ({
    text: '{"data":{"createRecord":{"payload":{"id":"00000000-0000-0000-0000-000000000001"}},"updateRecord":{"success":true},"createAction":{"payload":{"id":"00000000-0000-0000-0000-000000000002"}}}}',
  }),
  reach: {
    withoutCode: { docs: 'https://github.com/electerious/ackee-tracker#-usage' },
    elsewhere: { docs: 'https://github.com/electerious/Ackee/blob/master/docs/Anonymization.md' },
    server: { docs: 'https://github.com/electerious/Ackee/blob/master/docs/API.md' },
  },
}
