export default {
  title: 'Snowplow',
  package: '@snowplow/browser-tracker',
  docs: 'docs.snowplow.io, web tracker initialization: newTracker with the recommended cookieSameSite and session entity; keepalive on, which the events then survive navigation with',
  module: `
import { newTracker, trackPageView, trackStructEvent } from '@snowplow/browser-tracker'
newTracker('sp', ENDPOINT, { appId: 'shop', cookieSameSite: 'Lax', contexts: { session: true }, keepalive: true })
trackPageView()
window.convert = (label) => trackStructEvent({ category: 'shop', action: 'signup', label })
`,
  answer: () => ({ type: 'text/plain', text: 'ok' }),
}
