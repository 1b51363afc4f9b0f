import { readFileSync } from 'node:fs'

const built = (file) => readFileSync(new URL(`../../../dist/${file}`, import.meta.url), 'utf8').trim()

export default {
  title: 'wasabi',
  docs: 'README: the stub, and the tag with data-endpoint',
  stub: true,
  tag: () => ({
    head: `<script>${built('stub.js')}</script>
<script async src="/wasabi.js"></script>
<script>wasabi.init({ endpoint: ENDPOINT + '/customer-actions' }); function convert(id) { wasabi.track('SIGN_UP', { customerId: id }) }</script>`,
    files: { '/wasabi.js': built('wasabi.js') },
  }),
  answer: () => ({ status: 201, text: '{}' }),
}
