import { post } from '../post.mjs'

const MODULE = `
import mixpanel from 'mixpanel-browser/src/loaders/loader-module-core'
mixpanel.init('shop', { api_host: ENDPOINT, autocapture: true })
window.convert = (order) => mixpanel.track('Sign Up', { order })
`

export default {
  title: 'Mixpanel',
  package: 'mixpanel-browser',
  docs: 'README of the package: init with autocapture; the documented loader without session recording, which is the smaller one',
  module: MODULE,
  answer: ({ url }) => ({ text: /verbose=1/.test(url) ? '{"status":1,"error":null}' : '1' }),
  reach: {
    withoutCode: {
      docs: 'https://docs.mixpanel.com/docs/quickstart/capture-events/autocapture',
      seen: true,
      body: (order) => `<button id="${order}">Sign up</button>`,
    },
    elsewhere: {
      docs: 'https://docs.mixpanel.com/troubleshooting/identity-management',
      module: `${MODULE}
addEventListener('click', ({ target }) => { target.search = '?device_id=' + mixpanel.get_property('$device_id') }, true)
const given = new URLSearchParams(location.search).get('device_id')
if (given) mixpanel.register({ distinct_id: '$device:' + given, $device_id: given })`,
    },
    server: {
      docs: 'https://docs.mixpanel.com/docs/tracking-best-practices/server-side-best-practices',
      send: ({ endpoint, cookies, order }) => {
        const { distinct_id, $device_id } = JSON.parse(decodeURIComponent(cookies.mp_shop_mixpanel))
        return post(`${endpoint}/track`, [
          { event: 'Sign Up', properties: { token: 'shop', distinct_id, $device_id, order } },
        ])
      },
    },
  },
}
