import { readFileSync } from 'node:fs'
import { post } from '../post.mjs'

const built = (file) => readFileSync(new URL(`../../../dist/${file}`, import.meta.url), 'utf8').trim()

const HTML_ENTRY = '<script async src="/wasabi-html.js" data-link-domains="desk.test"></script>'

export default {
  title: 'wasabi',
  docs: 'README: the stub, and the tag with data-endpoint',
  stub: true,
  tag: () => ({
    head: `<script>${built('stub.js')}</script>
<script async src="/wasabi.js"></script>
<script>wasabi.init({ endpoint: ENDPOINT + '/customer-actions' }); function convert(id) { wasabi.track('SIGN_UP', { customerId: id }) }</script>`,
    files: { '/wasabi.js': built('wasabi.js'), '/wasabi-html.js': built('wasabi-html.js') },
  }),
  answer: () => ({ status: 201, text: '{}' }),
  reach: {
    withoutCode: {
      docs: 'README, “Without code, and to another domain”',
      head: HTML_ENTRY,
      body: (order) => `<button data-wasabi-track="SIGN_UP" data-wasabi-customer-id="${order}">Sign up</button>`,
    },
    elsewhere: { docs: 'README, “Without code, and to another domain”', head: HTML_ENTRY },
    server: {
      docs: 'README, “On the site’s own server”',
      send: async ({ endpoint, cookie, order }) => {
        const { customerAction, readCampaign } = await import('../../../dist/server.js')
        const details = { interactionId: order, customerId: '42', utmParameters: readCampaign(cookie) }
        return post(`${endpoint}/customer-actions`, customerAction('SIGN_UP', details))
      },
    },
  },
}
