import { element, section, whenChanged } from './element.js'
import { keyOf } from './browser.js'

/** Of whoever started over; the first visitor has that of the schema's example. */
const [, customerId = '123456789'] = /\bdemo_account=(\d{9})\b/.exec(document.cookie) ?? []

const failed = ({ answer }) => answer === 'none' || answer >= 500

/** What a first visitor should see, in order, and whether it has been seen. */
const stepsOf = ({ browser, entries, attempts }) => {
  const taken = entries.filter(({ outcome }) => outcome !== 'refused').map(({ event }) => event)
  const signedUp = taken.some(({ body }) => body.interaction.type === 'SIGN_UP' && body.customerId === customerId)
  const keys = new Set(taken.map(keyOf))
  return [
    ['Arrive by a campaign link.', browser.campaign.length > 0 || signedUp],
    ['Go to the app, on another host.', location.pathname === '/app' || signedUp],
    ['Sign up: stored once, with its campaign.', signedUp],
    [
      'Break it (“Is away”), apply a promotion, reload, let it work again: nothing is lost.',
      attempts.some((attempt) => failed(attempt) && keys.has(attempt.key)),
    ],
  ]
}

export const createTour = () => {
  const list = element('ol', { className: 'tour' })
  const show = whenChanged((steps) => {
    const next = steps.findIndex(([, done]) => !done)
    list.replaceChildren(
      ...steps.map(([text, done], index) =>
        element(
          'li',
          { className: done ? 'seen' : '', ...(index === next && { 'aria-current': 'step' }) },
          element('span', { className: 'text', textContent: text }),
          done ? element('span', { className: 'hidden', textContent: ' (seen)' }) : undefined,
        ),
      ),
    )
  })
  return { section: section('Two-minute tour', list), update: (model) => show(stepsOf(model)) }
}
