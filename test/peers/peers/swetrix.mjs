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
}
