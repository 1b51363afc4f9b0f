import { post } from '../post.mjs'

export default {
  title: 'Swetrix',
  package: 'swetrix',
  docs: 'README of the package: init with apiURL, trackViews, track with meta',
  module: `
import { init, track, trackViews } from 'swetrix'
init('shopshopshop', { apiURL: ENDPOINT + '/log' })
trackViews()
window.convert = (order) => { track({ ev: 'signup', meta: { order } }) }
`,
  answer: () => ({ status: 201, text: '{}' }),
  reach: {
    withoutCode: { docs: 'https://docs.swetrix.com/swetrix-js-reference' },
    elsewhere: { docs: 'https://docs.swetrix.com/swetrix-js-reference' },
    server: {
      docs: 'https://docs.swetrix.com/events-api',
      send: ({ endpoint, userAgent, order }) =>
        post(
          `${endpoint}/log/custom`,
          { pid: 'shopshopshop', ev: 'signup', meta: { order } },
          { 'user-agent': userAgent, 'x-client-ip-address': '127.0.0.1' },
        ),
    },
  },
}
