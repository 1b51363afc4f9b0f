export default {
  title: 'Counterscale',
  package: '@counterscale/tracker',
  docs: 'README of the package: init with siteId and the deployment; it knows page views only, so the conversion is the view of a page of its own',
  module: `
import * as Counterscale from '@counterscale/tracker'
Counterscale.init({ siteId: 'shop', reporterUrl: ENDPOINT + '/tracker/collect' })
window.convert = (order) => Counterscale.trackPageview({ url: location.origin + '/signed-up/' + order })
`,
  answer: () => ({ type: 'image/gif', text: 'GIF89a' }),
  reach: {
    withoutCode: { docs: 'https://github.com/benvinegar/counterscale/tree/main/packages/tracker#readme' },
    elsewhere: { docs: 'https://github.com/benvinegar/counterscale/tree/main/packages/tracker#readme' },
    // It counts a page view from a server as a new visit, since the server does not have the browser's state.
    server: { docs: 'https://github.com/benvinegar/counterscale/tree/main/packages/tracker#readme' },
  },
}
